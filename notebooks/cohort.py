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
# # The cohort
#
# How demand goes as a whole, whether support made a difference, whether the list is fair, and what it roughly costs.
# Figures here are exact: for other readers there is the board paper, which suppresses small counts.

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
cohort = run.cohort()
cohort

# %% [markdown]
# ## 1. Demand by month
# NHS Making Data Count charts. **Look for:** diamonds, which are points that usual variation does not explain. A gap in
# the line is a month not supplied. A dashed line is a change of policy: compare across it with care.

# %%
cohort.trend()

# %% [markdown]
# ## 2. Did support work?
# Contacts after support began against those expected without it. **Look for:** the sentence on power *before* the
# result: with few people only a very large fall could be found. People are chosen when their contacts are
# highest, and fall back unaided; the comparison allows for that. It is not a trial.

# %%
cohort.evaluate()

# %% [markdown]
# ## 3. Is the list fair?
# **Look for:** flags, and what each line cannot rule out.

# %%
cohort.equality()

# %% [markdown]
# ## 4. What does it cost, roughly?
# Low, central and high, from a versioned table of published unit costs. They are indicative and not cash-releasing:
# capacity, not money in hand. Your finance team's own table replaces it.

# %%
cohort.cost()

# %% [markdown]
# ## 5. The cohort as a whole
# Which agencies see the same people, who comes and goes, how contacts are shared, and what follows a stay.
# **Look for:** columns with several dots, months in which many come or leave, and the numbers at risk under the curve.

# %%
cohort.together()

# %%
cohort.flow()

# %%
cohort.concentration()

# %%
cohort.next_contact()

# %% [markdown]
# `.to_share()` gives the part of these four that may leave the analysts, with small counts hidden.

# %%
cohort.together().to_share()

# %% [markdown]
# ## 6. Some people
# Give ids to see a cohort of your own, for example everybody on last year's list: `run.cohort(["HIU-...",
# "HIU-..."]).trend()`. Take people who were chosen *before* the months you look at.

# %%
run.cohort(run.ranked(20)["person_id"].to_list()).cost()

# %% [markdown]
# **What this cannot say:** why demand rose or fell, or that support caused a change: the people were chosen because
# their contacts were high.

# %% [markdown]
# **Next:** docs/evaluation.md and docs/equality.md explain the methods.
