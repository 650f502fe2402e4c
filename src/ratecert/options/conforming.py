"""``conform``."""

from __future__ import annotations

from . import RAW, Commands, count, text_or_json


def add(commands: Commands) -> None:
    """``conform``."""
    command = commands.add_parser(
        "conform",
        help="is an optimizer class the recursion a theorem speaks of?",
        formatter_class=RAW,
        description="Run a torch.optim.Optimizer class beside a recursion on small problems, both\n"
        "fed the same gradients step by step in float64. Shows agreement, or the first\n"
        "divergence, the known differences that explain it (bias correction, eps outside\n"
        "the root, coupled decay, ...) and the presets under which the two agree.\n"
        "Importing CLASS runs its module, as any import does. Needs the extra [numeric].",
        epilog="examples:\n"
        "  ratecert conform torch.optim.AdamW --recursion adamw\n"
        "  ratecert conform torch.optim.AdamW --recursion adamw --preset warm --preset tiny-eps\n"
        "  ratecert conform my_optim.py:MyAdam --recursion adam --arg lr=eta --arg decay2=beta\n"
        "  ratecert conform torch.optim.SGD --recursion sgd --set momentum=0.9 --at eta=1/8\n\n"
        "exit codes: 0 they agree; 1 they diverge, or the class fails; 2 usage;\n"
        "            3 internal error; 4 no step was run",
    )
    command.add_argument(
        "cls", metavar="CLASS", help="module:Class, module.Class or path/to/file.py:Class"
    )
    command.add_argument(
        "--recursion",
        metavar="ID",
        required=True,
        help="sgd, momentum, adam, adamw, nadam or nadamw",
    )
    for option, metavar, text in (
        (
            "--arg", "ARG=PARAM",
            "constructor argument ARG takes the recursion's PARAM, or several, as in "
            "betas=theta,beta (default: deduced from the usual names)",
        ),
        ("--set", "ARG=VALUE", "ARG is a constant: a decimal, true, false or none"),
        ("--at", "PARAM=VALUE", "value of a parameter, as in theta=0.9"),
        ("--preset", "NAME", "tiny-eps, no-decay or warm (no bias correction is left)"),
        ("--problem", "NAME", "only quadratic, periodic or softmax (default: all three)"),
    ):  # fmt: skip
        command.add_argument(
            option, metavar=metavar, action="append", default=[], help=f"{text}; may be repeated"
        )
    command.add_argument("--steps", type=count, default=100, help="on each problem (default 100)")
    command.add_argument("--seed", type=count, default=0, help="of the noise (default 0)")
    command.add_argument(
        "--tolerance", type=float, default=1e-10,
        help="of the difference relative to the largest coordinate (default 1e-10)",
    )  # fmt: skip
    command.add_argument(
        "--differences", metavar="N", type=count, default=3,
        help="try sets of at most N known differences (default 3)",
    )  # fmt: skip
    text_or_json(command)
