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
# # Map an unfamiliar extract
#
# A partner sends a file nobody has seen before. Nothing needs to be programmed: a source is a text file that says how
# to read it. This notebook drafts one from the file, shows what it guessed, and what would become of each row. Nothing
# is loaded or saved here.

# %% tags=["parameters"]
import os

import hiu

site = os.environ.get("HIU_SITE", "demo")
month = None  # such as "2026-03"; None is the latest
source = "fire"
file = "examples/fire_log.csv"
period = "2026-03"  # the month the file is for

# %%
area = hiu.open(site)
area

# %% [markdown]
# ## 1. Draft
# The file here is an invented fire brigade's log: two title lines, semicolons, headers of its own. Set `file` to yours,
# and `source` to a known source (such as police) or to a new name.

# %%
draft = area.draft(source, file)
draft

# %% [markdown]
# ## 2. What each column seems to be
# By its header, else by what its values look like. **Look for:** a column read as the wrong field, and one that is not
# used though it should be.

# %%
draft.columns()

# %% [markdown]
# ## 3. What to settle
# Every guess is marked CHECK. **Look for:** the key (what is counted once), day and month order, and what should count.

# %%
draft.guesses()

# %% [markdown]
# ## 4. What would load
# Under the draft as it stands. **Look for:** rows set aside: a date form it does not know, a missing number.

# %%
draft.would_load(period)

# %% [markdown]
# **What this cannot say:** whether the agency means by a column what its heading says. Ask it before the mapping is
# used.

# %% [markdown]
# ## 5. Keep it
# On the terminal: `hiu new SOURCE FILE --site SITE --save` writes the draft to the site's `sources` folder. Settle the
# lines marked CHECK, then `hiu check FILE --site SITE` asks every expectation, and the next `hiu run` takes the file
# in. docs/sources.md describes every word a mapping can use.

# %%
area.months
