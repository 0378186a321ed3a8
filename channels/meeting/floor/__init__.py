"""The floor: agenda, list of speakers, motions, votes, written opinions, tasks."""
