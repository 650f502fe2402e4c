"""Lemmas and settings that any rate proof needs: Young, tangents of convex functions, roots,
and the standard setting of smooth stochastic optimization (A0 to A3).
"""
