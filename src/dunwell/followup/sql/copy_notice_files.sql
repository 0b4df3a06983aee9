COPY followup_noticefile (organization_id, notice_id, kind, name, file_id, left_out, position) FROM STDIN
