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
# # Start here
#
# Ten minutes with a month's list. Run each cell with Shift and Enter. The area is invented unless you opened your own
# site; names are masked, so that nobody is named on a shared screen. Nothing you do here changes anything.

# %% tags=["parameters"]
import os

import hiu

site = os.environ.get("HIU_SITE", "demo")
month = None  # such as "2026-03"; None is the latest

# %% [markdown]
# ## 1. Open the site
# A site is a folder with partners' files and what was made of them. You read what was published, never the working
# database, so you can look while a run is going on.

# %%
area = hiu.open(site)
area

# %% [markdown]
# ## 2. A month
# **Look for:** every row received is either staged or set aside with a reason (quarantined), so the sum must agree. A
# data set that was not supplied is *missing*, not zero.

# %%
run = area.month(month)
run

# %% [markdown]
# Which months did somebody not send?

# %%
run.not_supplied()

# %% [markdown]
# ## 3. The list
# People to offer support to, by frequency x risk. **Look for:** the plausible range (`rank_low` to `rank_high`) and the
# certainty. A is secure. B means there is *no reliable difference* between these people: their order says nothing.

# %%
run.ranked(10)

# %% [markdown]
# ## 4. One person
# Ask for a person by rank or by id. The sentence says why they have that place.

# %%
person = run.person(run.ranked(1)["rank"][0])
person

# %% [markdown]
# Their months as stacked bars. **Look for:** grey bands, which are months that were not supplied, and diamonds, which
# are section 136 detentions and Mental Health Act assessments: they are marked above the bars, never added to them.

# %%
person.chart()

# %% [markdown]
# Bed days dwarf everything? Give them a panel of their own.

# %%
person.chart(split=True)

# %% [markdown]
# ## 5. Question it
# Where does a figure come from? Every row of every file behind this person, when it was, what it counts as and what
# became of it: counted, not counted, superseded by a later version, deleted or set aside. `how` and `match_probability`
# say what joined the row to the person, and how sure that is.

# %%
person.records()

# %% [markdown]
# Ask your own question in SQL. The tables are masked and can only be read; a mistyped name is answered with the
# nearest.

# %%
run.sql("""
    select label, count(*) as people, round(avg(intensity), 1) as mean_intensity
    from ranked
    where list = 'adult'
    group by label
    order by people desc
""")

# %% [markdown]
# ## 6. Before you rely on it
# Pairs of descriptions that may be one person, or may not, in the order in which looking at them would change the list.

# %%
run.review().head(10)

# %% [markdown]
# What each agency sent, how much of it was set aside, and what was unusual about it.

# %%
run.deliveries()

# %% [markdown]
# ## 7. Anything else
# Every published table is there by name.

# %%
run.tables()

# %%
run.table("changes")

# %% [markdown]
# **What this cannot say:** what to do about anybody. It shows where each figure comes from.

# %% [markdown]
# **Next:** `data_quality` before you trust a figure, `match_review` before you trust a person, `ranking` before you
# trust an order. `pack.html` in the folder below is the same list as the meeting sees it.

# %%
run.folder
