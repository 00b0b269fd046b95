"""Section 8 of the metric standard: every metric against synthetic runs of known truth."""
