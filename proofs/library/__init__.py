"""What any rate proof needs.

Scalar inequalities (Young, tangents of convex functions, roots), and the standard setting of smooth
stochastic optimization with its assumptions A0 to A3.
"""
