# ---
# jupyter:
#   jupytext:
#     notebook_metadata_filter: -jupytext.text_representation.jupytext_version
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Places
#
# Which command units, boroughs and trusts the demand falls to, whom they share, and where the team should sit. It needs
# a crosswalk of places (docs/places.md). Figures here are exact: `hiu places` makes the paper that others may read.

# %% tags=["parameters"]
import os

import hiu

site = os.environ.get("HIU_SITE", "demo")
month = None  # such as "2026-03"; None is the latest

# %%
area = hiu.open(site)
run = area.month(month)
places = run.places()

# %% [markdown]
# ## 1. How far are areas known?
# Each contact has three areas: where it happened, where the person lived at the time, and who gave the care. **Look
# for:** sources of which one is never sent. It is not known then, and is taken from no other.

# %%
places.coverage()

# %% [markdown]
# ## 2. Repeat mental-health demand by command unit
# A person repeats who had two or more contacts about mental health in the 12 months, wherever these were. **Look for:**
# an area outside its limits. These are the limits of a funnel, not a league table: within them areas do not differ.

# %%
places.demand(by="incident", level="command_unit")

# %% [markdown]
# ## 3. The same by the borough in which people live
# **Look for:** boroughs whose people have their contacts elsewhere.

# %%
places.demand(by="home", level="borough")

# %% [markdown]
# ## 4. Whom do command units and trusts share?
# People who had a contact in the unit's area and one with the trust. **Look for:** pairs that share many: they need to
# agree who leads.

# %%
places.shared()

# %% [markdown]
# ## 5. Where should the team sit?
# The community mental health team that supports each of the first people of the list, and the fewest teams that support
# people with 80% of their points. **Look for:** people with no team named. They come first.

# %%
places.team()

# %% [markdown]
# ## 6. What is there to settle in each command unit?
# **Look for:** people in several units. Partnership, prevention and intervention are for the meeting to decide.

# %%
places.tasking()
