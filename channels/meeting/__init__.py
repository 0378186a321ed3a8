"""Live meetings: life, roll, check-in, roll-call, quorum, floor, minutes. One rule per file; see docs/meetings.md."""
