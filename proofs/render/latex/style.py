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
  % Proofs are those of the document, if it has amsthm's: their end mark can go into a display.
  \@ifundefined{qedhere}{%
    \newenvironment{rcproof}{\par\medskip\noindent\emph{Proof.}\ \global\rc@opentrue\ignorespaces
    }{\ifrc@open\rc@close\fi\par\medskip}%
    \def\rcqedhere{\tag*{\rc@mark}\global\rc@openfalse}%
  }{\newenvironment{rcproof}{\begin{proof}}{\end{proof}}%
    \def\rcqedhere{\qedhere}}%
  \@ifundefined{cref}{}{\def\rcref#1#2{\cref{#2}}\def\rcrefs#1#2{\cref{#2}}}%
  \providecommand{\rcE}{\@ifundefined{mathbb}{\mathbf{E}}{\mathbb{E}}}%
  \@ifundefined{pgfplotsset}{\long\def\rcplot#1#2{#2}}{\long\def\rcplot#1#2{#1}}%
}
\providecommand{\rcqed}{\hbox{\vrule\vbox{\hrule\hbox to 1.2ex{\vphantom{x}\hfil}\hrule}\vrule}}
\newif\ifrc@open
\def\rc@mark{\@ifundefined{qedsymbol}{\@ifundefined{BlackBox}{\rcqed}{\BlackBox}}{\qedsymbol}}
\def\rc@close{\unskip\nobreak\hfill\penalty50\hskip1em\null\nobreak\hfill\rc@mark
  \parfillskip=0pt\finalhyphendemerits=0\par}
% A proof that is told in the paragraph of its statement.
\providecommand{\rcbrief}[1]{\par{\normalfont\noindent\emph{Proof.}\ \ignorespaces#1\rc@close}}
% With cleveref references are its own. It takes names in the preamble only: now if it is loaded,
% else at its end, before it reads them.
\def\rc@names{\crefname{rclemma}{Lemma}{Lemmas}\crefname{rctheorem}{Theorem}{Theorems}%
  \crefname{rcinstance}{Corollary}{Corollaries}}
\@ifpackageloaded{cleveref}{\rc@names}{\AtBeginDocument{\@ifpackageloaded{cleveref}{\rc@names}{}}}
% A statement of ours: its kind and its number. Several: in words, and their labels.
\providecommand{\rcref}[2]{#1~\ref{#2}}
\providecommand{\rcrefs}[2]{#1}
% The sources: a list of its own, numbered in square brackets.
\newcounter{rcsource}
\providecommand{\rcsource}[1]{\item\label{#1}}
\newenvironment{rcsources}{\begin{list}{[\arabic{rcsource}]}{\usecounter{rcsource}%
  \leftmargin2em\labelwidth1.6em\labelsep0.4em}\sloppy}{\end{list}}
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
