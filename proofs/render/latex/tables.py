"""Tables of a fragment: plain ``tabular``, begun anew where a page would be too short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

ROWS = 36
"""How many rows a table may have before another is begun."""


def tables(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    small: bool = False,
    columns: str = "",
    most: int = ROWS,
) -> Iterator[str]:
    """As many tables as the rows need."""
    columns = columns or "l" * max(map(len, [header, *rows]))
    for start in range(0, len(rows), most):
        size = r"\footnotesize\setlength{\tabcolsep}{2.8pt}" if small else ""
        yield rf"\begin{{center}}{size}\begin{{tabular}}{{@{{}}{columns}@{{}}}}\hline"
        if any(header):
            yield f"{' & '.join(header)}\\\\\\hline"
        for row in rows[start : start + most]:
            yield f"{' & '.join(row)}\\\\"
        yield r"\hline\end{tabular}\end{center}"
