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
# # Data quality
#
# Before a figure is used: did everybody send, did everything load, and is somebody's demand too low because their rows
# could not be matched? Read it from the top each month; most months nothing here needs you.

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
# ## 1. The month at a glance
# **Look for:** *they agree*. Every row received was either staged or set aside with a reason. If the sum did not agree
# the run would have failed.

# %%
quality = run.quality()
quality

# %% [markdown]
# ## 2. What each agency sent
# **Look for:** a delivery far from its usual size. `usual` is the middle of the source's earlier deliveries.

# %%
quality.deliveries()

# %% [markdown]
# The ones that were unusual, and in what way:

# %%
quality.warnings()

# %% [markdown]
# ## 3. What is missing
# A dash is a month that was *not supplied*. It is never counted as zero: charts show a grey band, and a rank that leans
# on it says so. **Look for:** a dash in the last three months. Ask the partner before the meeting.

# %%
quality.coverage()

# %% [markdown]
# ## 4. What was set aside
# Rows in quarantine are kept out of the figures, with file, row, column and reason. No value of a patient is stored
# with them. **Look for:** one reason with many rows: that is a changed file, not bad luck.

# %%
quality.quarantine()

# %% [markdown]
# The rows themselves, by their reason: name it to see file and row, for example
# `quality.quarantine("date_unreadable")`. The person who sent the file can find each by its number.

# %%
run.table("quarantine").head(10)

# %% [markdown]
# ## 5. What was expected
# Every source has a suite of expectations, made from its mapping. **Look for:** failures of an expectation that never
# failed before.

# %%
quality.expectations()

# %% [markdown]
# ## 6. Duplicates, resends and deletions
# Agencies resend whole months with amended and deleted rows. A later version supersedes an earlier one, which stays in
# `links` as history. **Look for:** a source whose share of superseded rows jumps.

# %%
quality.duplicates()

# %% [markdown]
# ## 7. Who could not be matched?
# Rows that stand alone are counted, but not added to anybody's other rows. A group that is matched less often *looks*
# as if it needed less. **Look for:** a group with a higher share of `stands_alone` or `names_nobody` than the others,
# and say so when you show figures by group.

# %%
quality.unmatched()

# %%
quality.unmatched("sex")

# %%
quality.unmatched("age")

# %% [markdown]
# ## 8. What changed since last month's list
# Late and amended rows change closed months. That is said here, never hidden: kind `restated`.

# %%
run.sql("select what from changes where kind = 'restated'")

# %% [markdown]
# **What this cannot say:** whether a row is true. It says what was sent and read; an agency that records less looks
# as if less happened.

# %% [markdown]
# **Next:** `linkage_quality` asks how sure the matching is; `match_review` lets you settle what is in doubt.
