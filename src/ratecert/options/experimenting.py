"""``experiments``: what real training says."""

from __future__ import annotations

from . import RAW, Commands, count, text_or_json


def add(commands: Commands) -> None:
    """``experiments`` and its one experiment."""
    command = commands.add_parser(
        "experiments",
        help="measure on real training what rates are about",
        formatter_class=RAW,
        description="Train networks on data that come inside Python packages, and record on the\n"
        "way. Nothing is downloaded, and nothing here proves anything.",
        epilog="experiments: l1-ratio (`ratecert experiments l1-ratio --help`)",
    )
    names = command.add_subparsers(dest="experiment", metavar="EXPERIMENT", required=True)
    _l1_ratio(names)


def _l1_ratio(names: Commands) -> None:
    command = names.add_parser(
        "l1-ratio",
        help="is ||grad f||_1 as sqrt(d) ||grad f||_2?",
        formatter_class=RAW,
        description="AdamW's rate in the l1 norm is as good as SGD's in the l2 norm as far as\n"
        "||grad f||_1 is as large as sqrt(d) ||grad f||_2. This trains networks of several sizes\n"
        "d with AdamW, records ||g||_1 / (sqrt(d) ||g||_2) of gradients of minibatches and of f,\n"
        "and says by fixed rules what the numbers support and what they do not.",
        epilog="presets: smoke (seconds), default (about ten minutes of CPU time), full (many\n"
        "         hours: ten times the steps, more seeds, gradients of f itself)\n"
        "models:  cnn-digits-W, cnn-mnist-W (two convolutions; MNIST needs the extra [data]),\n"
        "         gpt-text-W (two blocks, on CPython's own documentation); W is the width\n\n"
        "examples:\n"
        "  ratecert experiments l1-ratio --preset smoke\n"
        "  ratecert experiments l1-ratio --jobs 2 -o ratio.json      Ctrl-C, then the same again\n"
        "  ratecert experiments l1-ratio --models cnn-digits --seeds 8 --lr 0.01\n"
        "  ratecert experiments l1-ratio --from ratio.json --plot ratio.pdf\n"
        "  ratecert latex adamw -o paper --experiment ratio.json\n\n"
        "exit codes: 0 done, whatever the numbers say; 2 usage, or a file cannot be used;\n"
        "            3 a run failed, or a worker died; 4 nothing was recorded; 130 interrupted",
    )  # fmt: skip
    command.add_argument(
        "--preset", metavar="NAME", default="default", help="smoke, default or full"
    )
    command.add_argument(
        "--models", metavar="NAME", nargs="+", default=[],
        help="models, families (cnn-mnist) or patterns ('gpt-*'), in place of the preset's",
    )  # fmt: skip
    command.add_argument("--seeds", metavar="N", type=count, help="how many seeds")
    command.add_argument(
        "--lr", metavar="RATE", nargs="+", default=[], help="learning rates of AdamW"
    )
    command.add_argument("--steps", metavar="N", type=count, help="steps of each run")
    command.add_argument(
        "--optimizer", metavar="NAME", default="torch",
        help="torch: torch.optim.AdamW (default); recursion: the AdamW of the theorems, without "
        "bias correction and with eps inside the root",
    )  # fmt: skip
    command.add_argument("--device", default="cpu", help="torch's name of it (default: cpu)")
    command.add_argument("--dtype", default="float32", help="float32 (default) or float64")
    command.add_argument(
        "--jobs", metavar="N", type=count, default=1,
        help="processes, of one thread each (default 1)",
    )  # fmt: skip
    command.add_argument(
        "--store", metavar="FILE",
        help="where runs are kept, and found again (default: l1-ratio.sqlite in the folder "
        "experiments of the cache, see `ratecert check --help`)",
    )  # fmt: skip
    command.add_argument(
        "--from", dest="source", metavar="FILE",
        help="run nothing: report what -o wrote, or l1-ratio for what was run last (needs no "
        "torch)",
    )  # fmt: skip
    command.add_argument(
        "-o", "--output", metavar="FILE",
        help="write the report as JSON, in .gz compressed; what stochastic gradients are in each "
        "tensor only with --whole",
    )  # fmt: skip
    command.add_argument(
        "--whole", action="store_true", help="keep stochastic gradients of each tensor in -o"
    )
    command.add_argument(
        "--plot", metavar="FILE", help="draw it: .pdf, .png or .svg (extra [plot])"
    )
    command.add_argument(
        "--list", action="store_true", help="list the runs and whether they are stored; run none"
    )
    text_or_json(command)
