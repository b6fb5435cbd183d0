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
# # What counts as what
#
# "Your numbers differ from our dashboard" nearly always means another definition. This notebook says which are in force
# here, which toggles there are, and what each would change.

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
definitions = run.definitions()
definitions

# %% [markdown]
# ## 1. What counts
# Each data set, whose rows, and which of them. **Look for:** *toggled here*: your site counts it in its own way.

# %%
definitions.counted()

# %% [markdown]
# ## 2. Published definitions of 'frequent'
# There is no one definition. Each is from a published source, named in docs/ranking.md. **Look for:** how different the
# numbers are. None of them decides who is listed; they are shown beside the rank.

# %%
definitions.presets()

# %% [markdown]
# ## 3. Toggles of counting
# How the first places would change if something else counted. **Look for:** a low `stay`.

# %%
definitions.effect("counting")

# %% [markdown]
# Other weights, another half-life, another reading of risk:

# %%
definitions.effect("weights")

# %%
definitions.effect("half-life")

# %%
definitions.effect("risk")

# %% [markdown]
# ## 4. Side measures
# Counted beside the data sets and never added to them: all ambulance calls, leave nights, left before treatment,
# assessments not completed, police and health records of the same detention.

# %%
run.sql("""
    select measure, sum(n) as n, count(distinct person_id) as people
    from monthly_extra
    group by measure
    order by measure
""")

# %% [markdown]
# ## 5. Every constant
# As set here, and as shipped where that differs. To change one, edit `site.toml` and run the month again: every output
# then prints another settings version.

# %%
definitions.constants().all_rows()

# %% [markdown]
# **What this cannot say:** which definition is right. It says how much hangs on each; the group decides.

# %% [markdown]
# **Next:** docs/counting.md has the rules with their sources.
