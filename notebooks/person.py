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
# # One person
#
# Everything behind one person's place: the months, the crises in order, the rows of every file, what joined them, and
# the gates that support must pass. Names are masked; set `show_names = True` to see them, which is written to the audit
# log.

# %% tags=["parameters"]
import os

import hiu

site = os.environ.get("HIU_SITE", "demo")
month = None  # such as "2026-03"; None is the latest
who = None  # a rank, or an id such as "HIU-ABCDEFGH"; None is the first of the list
show_names = False

# %%
area = hiu.open(site)
run = area.month(month)
run

# %% [markdown]
# ## 1. Who
# **Look for:** conflicts. Two dates of birth or two NHS numbers may mean two people on one record.

# %%
person = run.person(who or run.ranked(1)["rank"][0], show_names=show_names)
person

# %% [markdown]
# ## 2. The months
# **Look for:** grey bands (not supplied, not zero), diamonds (section 136 and Mental Health Act assessments), and
# markers of support. A fall after support started does not show that support caused it: contacts fall back unaided
# from their highest, which is when people are chosen.

# %%
person.chart(split=True)

# %% [markdown]
# ## 3. Crises in order
# Contacts with any agency within 24 hours are one episode: one bad night is one line, whoever came. Stays in a bed
# stand beside them.

# %%
person.timeline()

# %% [markdown]
# Each event on its own, with its side measures. **Look for:** `left_before_treatment`. It is a safety signal, never a
# reason to count less.

# %%
person.events()

# %% [markdown]
# ## 4. Trace a figure
# Every row of every file behind this person. To trace one figure, name its month and data set, for example
# `person.records("2026-03", "ed_attendance")`: the rows that are `counted` are the figure, the others say why they are
# not.

# %%
person.records()

# %% [markdown]
# ## 5. Are these rows one person's?
# Each way the person is described, in how many rows, and what joined it. **Look for:** a description that fits badly,
# or a probability well below 1. `match_review` can part it.

# %%
person.descriptions()

# %%
person.links()

# %% [markdown]
# ## 6. The gates
# Support starts only with the lead clinician's permission, a capacity review and consent; it is voluntary, and can be
# left and taken up again at any time. Refusing changes no rank. **Look for:** what is not recorded, and reviews that
# are due.

# %%
person.gates()

# %% [markdown]
# ## 7. Every count
# Null is a month not supplied; zero is a month with nothing.

# %%
person.months()

# %% [markdown]
# **What this cannot say:** what happened outside these agencies, or what somebody needs. A month without a contact
# may be a month away, or in hospital.

# %% [markdown]
# **Next:** `cohort` asks how people are doing together.
