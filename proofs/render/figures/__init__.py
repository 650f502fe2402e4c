"""The figures of a theory: their data, read off a document, and their drawing by matplotlib.

``data`` says what each figure shows, as plain data; ``draw`` makes PDF, PNG or SVG of it, the same
bytes every time. The page draws some of the same data as SVG by itself.
"""
