-- A notice that nobody touched and no server saw leaves no trace: rehearsal writes a new one every day.
WITH discarded AS (
    SELECT notice.id FROM followup_notice AS notice
     WHERE notice.id = ANY (%(notices)s) AND notice.state = 'cancelled' AND notice.edited_by_id IS NULL
       AND notice.approved_by_id IS NULL
       AND NOT EXISTS (SELECT FROM followup_noticemessage AS delivery WHERE delivery.notice_id = notice.id)
), files AS (
    DELETE FROM followup_noticefile AS file USING discarded WHERE file.notice_id = discarded.id
), items AS (
    DELETE FROM followup_noticeitem AS item USING discarded WHERE item.notice_id = discarded.id
)
DELETE FROM followup_notice AS notice USING discarded WHERE notice.id = discarded.id
