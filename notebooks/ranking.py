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
# # Question the ranking
#
# "Why is she above him?" is the first thing a meeting asks. This notebook answers it, and says how much hangs on the
# choices behind the order.

# %% tags=["parameters"]
import os

import hiu

site = os.environ.get("HIU_SITE", "demo")
month = None  # such as "2026-03"; None is the latest

# %%
area = hiu.open(site)
run = area.month(month)
run

# %% [markdown]
# ## 1. The list
# **Look for:** how wide the plausible ranges are. Where they overlap, the order says nothing.

# %%
ranked = run.ranked()
ranked

# %% [markdown]
# ## 2. Why this place, and why above another?
# The sentence names what went in: demand expected in the next three months, and risk.

# %%
ranked.why(ranked["rank"][0])

# %%
ranked.compare(*ranked["rank"][:2])

# %% [markdown]
# ## 3. How sure are the places?
# A thousand random draws from what each person's demand may be. **Look for:** how many places are A. The rest of the
# meeting's places could as well be somebody else's: use judgement there.

# %%
ranked.uncertain()

# %% [markdown]
# ## 4. Would another definition have named other people?
# Each line ranks everybody again under one other choice. `stay` counts who of the first places would remain. **Look
# for:** choices that move many, and people who stay throughout: about them the choice does not matter.

# %%
ranked.sensitivity()

# %% [markdown]
# ## 5. Would another rule have found the people better?
# Each past month is ranked as if it were the latest, and compared with what really came. **Look for:** intervals that
# overlap: no reliable difference. Only a rule that is clearly better is a reason to change.

# %%
run.cohort().backtest()

# %% [markdown]
# ## 6. Who moved?
# New, returned, rising, falling, left. Who left the list is listed too, so that nobody supported last month just
# disappears.

# %%
ranked.moves()

# %% [markdown]
# ## 7. Is it fair?
# The rank uses no protected characteristic. This audit asks whether any group is over- or under-represented all the
# same. The counts are exact: they stay with the analysts. **Look for:** flags; and remember that with so few people no
# flag proves nothing.

# %%
ranked.equality()

# %% [markdown]
# **What this cannot say:** who will be in crisis next, or who deserves support. It orders contacts and risk that are
# on record; a named person decides.

# %% [markdown]
# **Next:** `person` for one person's whole picture, `definitions` for what counts as what. docs/ranking.md explains the
# method.
