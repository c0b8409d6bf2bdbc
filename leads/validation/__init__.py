"""THE rules of a lead, for every door: `clean` judges values alone, `judge` what needs the stored lead."""

from leads.validation.clean import Clean, clean
from leads.validation.judge import Verdict, judge

__all__ = ["Clean", "Verdict", "clean", "judge"]
