-- Files that no notice and no message has any more, a day after something last used them. Older ones were looked at by
-- the passes of the days before.
DELETE FROM messaging_storedfile AS file
 WHERE file.organization_id = %(organization)s AND file.used_at BETWEEN %(since)s AND %(before)s
   AND NOT EXISTS (SELECT FROM followup_noticefile AS attached
                    WHERE attached.organization_id = file.organization_id AND attached.file_id = file.id)
   AND NOT EXISTS (SELECT FROM messaging_printbatch AS batch
                    WHERE batch.organization_id = file.organization_id AND batch.file_id = file.id)
   AND NOT EXISTS (SELECT FROM messaging_messagefile AS attached
                    WHERE attached.organization_id = file.organization_id AND attached.file_id = file.id)
