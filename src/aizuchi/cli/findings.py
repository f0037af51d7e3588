"""What a check found, as a person reads it."""

from collections.abc import Sequence

from aizuchi.surfaces import Finding


def told(findings: Sequence[Finding]) -> int:
    """Prints each finding, and how to mend it; the exit code."""
    for finding in findings:
        print(f"{'ok   ' if finding.well else 'WRONG'}  {finding.what}")
        if finding.mend:
            print(f"       {finding.mend}")
    return 0 if all(finding.well for finding in findings) else 1
