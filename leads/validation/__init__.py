"""THE rules of a lead, for every door: `clean` judges values alone, `judge` what needs the stored lead."""

from leads.validation.clean import Clean, clean, clean_all
from leads.validation.judge import Verdict, judge, judge_all, told_together

__all__ = ["Clean", "Verdict", "clean", "clean_all", "judge", "judge_all", "told_together"]
