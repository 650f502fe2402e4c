"""The macros of a fragment, guarded against what a venue defines, and the wrapper around it."""

from __future__ import annotations

from dataclasses import dataclass

MACROS = r"""% Macros for appendix.tex, made by ratecert. To be \input in the preamble.
% The order among packages does not matter. Needed: amsmath. Used if they are loaded: amsfonts or
% amssymb (blackboard E), pgfplots (plots), hyperref (links).
\makeatletter
\AtBeginDocument{%
  % Statements share the counter `theorem' where the document has one.
  \@ifundefined{c@theorem}{\newcounter{rcstatement}\def\rc@counter{rcstatement}%
  }{\def\rc@counter{theorem}}%
  \@ifundefined{rclemma}{\newtheorem{rclemma}[\rc@counter]{Lemma}}{}%
  \@ifundefined{rctheorem}{\newtheorem{rctheorem}[\rc@counter]{Theorem}}{}%
  \@ifundefined{rcinstance}{\newtheorem{rcinstance}[\rc@counter]{Corollary}}{}%
  \@ifundefined{proof}{%
    \newenvironment{rcproof}{\par\medskip\noindent\emph{Proof.}\ \ignorespaces
    }{\unskip\nobreak\hfill\penalty50\hskip1em\null\nobreak\hfill\rcqed
      \parfillskip=0pt\finalhyphendemerits=0\par\medskip}%
  }{\newenvironment{rcproof}{\begin{proof}}{\end{proof}}}%
  \providecommand{\rcE}{\@ifundefined{mathbb}{\mathbf{E}}{\mathbb{E}}}%
  \@ifundefined{pgfplotsset}{\long\def\rcplot#1#2{#2}}{\long\def\rcplot#1#2{#1}}%
}
\providecommand{\rcqed}{\hbox{\vrule\vbox{\hrule\hbox to 1.2ex{\vphantom{x}\hfil}\hrule}\vrule}}
% A statement of ours: its kind and its number.
\providecommand{\rcref}[2]{#1~\ref{#2}}
% A digest, which may be longer than a line.
\providecommand{\rchash}[1]{{\footnotesize\ttfamily\rc@spread#1\relax}}
\def\rc@spread#1{\ifx\relax#1\else#1\hskip0pt plus.1pt\relax\expandafter\rc@spread\fi}
% The title of a statement, which may be longer than a line.
\providecommand{\rctitle}[1]{\textup{(#1)}\ }
% An assumption: its name in brackets.
\providecommand{\rchyp}[1]{(#1)}
\makeatother
"""

WRAPPER = r"""% Compiles appendix.tex by itself: pdflatex appendix-standalone (twice).
\documentclass{article}
\usepackage{amsmath,amssymb}
\usepackage{pgfplots}
\pgfplotsset{compat=1.16}
%BREQN%\usepackage[hidelinks]{hyperref}
\input{ratecert-macros}
\title{%TITLE%}
\author{}
\date{}
\begin{document}
\maketitle
\appendix
\input{appendix}
\end{document}
"""


@dataclass(frozen=True)
class Venue:
    """How wide a line of text is, in em of its font."""

    name: str
    width: float
    columns: int = 1


VENUES = {
    v.name: v
    for v in (
        Venue("article", 34.0),
        Venue("neurips", 39.0),
        Venue("icml", 22.8, 2),
        Venue("jmlr", 39.0),
    )
}
