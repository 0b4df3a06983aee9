UPDATE followup_planstate SET basis = '' WHERE organization_id = %(organization)s
