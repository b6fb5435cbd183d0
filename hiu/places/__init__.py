"""Places: which area a postcode, ward, site or name lies in, as data with dates, and what is asked by area.

Crosswalks are CSV files; two are shipped beside this file as examples. A site names those it uses and adds its own.

What may enter: a crosswalk, a question by area.
"""

from hiu.places.crosswalk import AREAS, KINDS, Crosswalk, crosswalk, shipped_crosswalks

__all__ = ["AREAS", "KINDS", "Crosswalk", "crosswalk", "shipped_crosswalks"]
