-- Of these files, whose rows are locked, those that no notice, no pile and no message has any more.
DELETE FROM messaging_storedfile AS file
 WHERE file.id = ANY (%(files)s)
   AND NOT EXISTS (SELECT FROM followup_noticefile AS attached
                    WHERE attached.organization_id = file.organization_id AND attached.file_id = file.id)
   AND NOT EXISTS (SELECT FROM messaging_printbatch AS batch
                    WHERE batch.organization_id = file.organization_id AND batch.file_id = file.id)
   AND NOT EXISTS (SELECT FROM messaging_messagefile AS attached
                    WHERE attached.organization_id = file.organization_id AND attached.file_id = file.id)
