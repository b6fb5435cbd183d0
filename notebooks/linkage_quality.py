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
# # How sure is the matching?
#
# Agencies describe the same person differently, and different people alike. This notebook shows how rows became people,
# what each agreement was worth, where the result looks odd, and how sure it is.

# %% tags=["parameters"]
import os

import hiu

site = os.environ.get("HIU_SITE", "demo")
month = None  # such as "2026-03"; None is the latest

# %%
area = hiu.open(site)
run = area.month(month)
run

# %%
linkage = run.linkage()
linkage

# %% [markdown]
# ## 1. How rows were joined
# `number`: an NHS number agrees. `model`: name and details agree well enough. `single`: joined to nothing. `nobody`:
# the row names nobody. **Look for:** the share of rows in the lower bands of probability. Those are the ones a mistake
# would be among.

# %%
linkage.sure()

# %% [markdown]
# ## 2. Estimates of the errors
# From the model's own probabilities and from what reviewers decided, with intervals, for everybody and by group. **Look
# for:** a group whose interval lies apart from the others'.

# %%
linkage.quality()

# %% [markdown]
# ## 3. What an agreement is worth
# In powers of two: +1 doubles the odds that two descriptions are one person, -1 halves them. A date of birth that
# agrees is worth a lot; a different address costs little, because people who attend often move often.

# %%
linkage.weights().all_rows()

# %%
linkage.weights("nhs_number")

# %% [markdown]
# ## 4. The thresholds
# A pair joins from the first probability on, and a person is asked from the second. **Look for:** many pairs close
# under the line that joins. If reviewers join most of them, the line is too high here.

# %%
linkage.thresholds()

# %% [markdown]
# ## 5. Odd records
# People whose record may hold two people: several NHS numbers or dates of birth, very many descriptions, or a link that
# only just held. **Look for:** any of the first twenty. Look at their descriptions before the meeting.

# %%
linkage.oddities()

# %% [markdown]
# More than one valid NHS number is either two people joined, or a number typed wrongly.

# %%
linkage.two_numbers()

# %% [markdown]
# How is the first of them described? `how` and the probability say what holds each description.

# %%
run.person(run.ranked(1)["rank"][0]).descriptions()

# %% [markdown]
# ## 6. Who was joined or parted since last month
# Nothing is silently renumbered: a merge keeps the older id and records the other.

# %%
linkage.moves()

# %% [markdown]
# **What this cannot say:** how many matches were missed of people whom nobody could tell apart: the estimates hold
# for what was looked at.

# %% [markdown]
# **Next:** settle what is in doubt in `match_review`. docs/matching.md explains the method.
