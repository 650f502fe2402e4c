"""The document model as a LaTeX appendix: terms, broken lines, prose, sections, files.

``write.files`` gives the files of an appendix as text; everything else here serves it.
"""
