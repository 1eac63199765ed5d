"""Lessons on the page: steps, answers, pictures, the way to the laboratory, the teacher's view."""
