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
# # Match review
#
# Some descriptions may be of one person, or of two. The computer will not guess; you decide, and the next `hiu run`
# honours it: what you split stays split, what you join stays joined, also in later months. **Joining two people is
# worse than missing a link:** it puts one person's crises on another's record. If you cannot tell, say unsure.

# %% tags=["parameters"]
import os

import hiu

site = os.environ.get("HIU_SITE", "demo")
month = None  # such as "2026-03"; None is the latest
reviewer = "A. Reviewer"  # your name
show_names = False

# %%
area = hiu.open(site)
run = area.month(month)
run

# %% [markdown]
# ## 1. What is waiting
# In the order in which looking would change the list most. `priority` above 0 means that the answer can change who is
# among the first.

# %%
run.review().head(10)

# %% [markdown]
# ## 2. Decide
# Set `reviewer` above to your name. Click into the frame, then press **S** same person, **D**
# different people, **U** unsure, **B** back, **N** next, **Z** undo. Everything is stored at once; after a reload you
# go on where you were.
#
# **Look for:** what differs (underlined), the bars (to the right speaks for one person, to the left against), what a
# decision would join, and what was decided earlier. Names are masked unless `show_names = True`; showing them is
# written to the audit log.

# %%
run.review(reviewer, show_names=show_names)

# %% [markdown]
# ## 3. A second pair of eyes
# A fixed share of decided pairs is looked at twice, by somebody else who is not told what the first reviewer said. It
# binds nothing: it tells how far two people agree. The frame below holds the pairs that *others* decided and that wait
# for you.

# %%
run.review(reviewer, second=True, show_names=show_names)

# %% [markdown]
# ## 4. What was decided
# As this month's matching honoured it. Undone decisions stay on record.

# %%
run.linkage().decisions()

# %% [markdown]
# **What this cannot say:** which of two agencies is right about somebody. Where the records do not settle it, unsure
# is an answer.

# %% [markdown]
# **Next:** `hiu run` for the month again takes your decisions up; `run.linkage().moves()` then lists who was joined or
# parted, and why.
