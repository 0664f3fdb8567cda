"""The engine: pulls, intake, planning, pushing, reading back, the guard. It asks capabilities, never a platform's name."""
