"""The theories ratecert ships; each module reads like its paper.

``SHIPPED`` maps the name used on the command line to the module that defines the theory.
"""

SHIPPED = {
    "norms": "norms",
    "sgd": "sgd",
    "adamw": "adamw",
    "nadamw": "nadamw",
    "adam": "adam",
    "signsgd": "signsgd",
    "momentum": "momentum",
    "gradient_descent": "gradient_descent",
}
