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
# # The crisis pathway
#
# The systems beside the monthly list: the control-room desk, section 136, people missing from hospital, offers short
# of detention, and what the senior meeting governs by. Nothing here is demand. A site without such a source sees empty
# tables, each of which says so. Figures here are exact: for other readers there are `hiu desk`, `hiu s136`,
# `hiu missing` and `hiu offers`, which suppress small counts.

# %% tags=["parameters"]
import os

import hiu

site = os.environ.get("HIU_SITE", "demo")
month = None  # such as "2026-03"; None is the latest

# %%
area = hiu.open(site)
run = area.month(month)
run.pathway()

# %% [markdown]
# ## 1. The desk's logs
# **Look for:** empty cells, which are not known and never a no. A month that was not supplied is missing, not zero.

# %%
run.pathway("feed_month")

# %%
run.pathway("desk_log")

# %% [markdown]
# ## 2. Logs that are a police incident too
# They are demand once, as the incident. **Look for:** those joined by person and time, which rest on the matching.

# %%
run.pathway("desk_incident")

# %% [markdown]
# ## 3. Referrals: scope and exceptions
# **Look for:** the scope that is unknown: what would have settled it was not recorded. A rule is broken only where that
# is shown.

# %%
run.pathway("desk_scope")

# %%
run.pathway("desk_exception")

# %% [markdown]
# ## 4. Minutes
# **Look for:** times out of order, which have no minutes.

# %%
run.pathway("leg")

# %% [markdown]
# ## 5. Section 136: each detention once, against its clock
# The clock starts at the first arrival, and a transfer starts no new one. **Look for:** `unknown`, which a missing or
# impossible time makes so: putting the record right may settle it.

# %%
run.pathway("s136_detention")

# %%
run.pathway("s136_clock")

# %%
run.pathway("s136_exception")

# %% [markdown]
# ## 6. Detentions that are counted too
# They are demand once, as the detention that police or a place of safety recorded. **Look for:** detentions that
# are not here: their record is missing from both, or somebody was not matched.

# %%
run.pathway("s136_counted")

# %% [markdown]
# ## 7. Places of safety that were full or could not be reached
# These rows are about nobody.

# %%
run.pathway("place_escalation")

# %% [markdown]
# ## 8. Missing from hospital
# Each episode once, with its site. **Look for:** a site that is not known: the report named none, and no bed
# of that night, or beds of two wards, could say it.

# %%
run.pathway("missing_judged")

# %%
run.pathway("site_night")

# %% [markdown]
# ## 9. Offers short of detention
# Each once. **Look for:** `unknown`, which is neither a yes nor a no, and rows that contradict themselves.

# %%
run.pathway("offer_judged")

# %% [markdown]
# ## 10. Plans, records and incidents
# **Look for:** incidents whose referral is unknown, which is no all-clear, and contents that are not known.

# %%
run.pathway("plan_exception")

# %%
run.pathway("record_exception")

# %%
run.pathway("incident_judged")
