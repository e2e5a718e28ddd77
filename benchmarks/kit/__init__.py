"""What benchmarks share: claims, fair timing, a workspace of their own, and the references beside
which MedApp is measured.
"""
