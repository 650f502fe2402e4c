"""Ground floor: what an optimizer is.

``recursions`` declares each update rule once, symbolically and without torch; ``batched`` turns a
recursion into torch code that advances many instances at once. Theorems take their hypotheses
from the same declarations.
"""
