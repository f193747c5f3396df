WITH ours AS (
    SELECT oid, nspname FROM pg_catalog.pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), relations AS (
    SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_catalog.pg_class AS c JOIN ours AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')
), privileges (kind, name, acl) AS (
    SELECT 'schema', format('%I', n.nspname), n.nspacl
    FROM pg_catalog.pg_namespace AS n JOIN ours USING (oid)
    UNION ALL SELECT 'relation', name, relacl FROM relations
    UNION ALL
    SELECT 'column', format('%s.%I', r.name, a.attname), a.attacl
    FROM relations AS r JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid
), lines (line) AS (
    SELECT concat_ws(' ', 'schema', format('%I', nspname)) FROM ours
    UNION ALL
    SELECT concat_ws(' ', 'relation', name, relkind::text, relpersistence::text,
                     CASE WHEN relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(oid) END, reloptions::text)
    FROM relations
    UNION ALL
    SELECT concat_ws(' ', 'column', format('%s.%I', r.name, a.attname), a.attnum::text,
                     pg_catalog.format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END,
                     a.attidentity::text, a.attgenerated::text, pg_catalog.pg_get_expr(d.adbin, d.adrelid))
    FROM relations AS r
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    UNION ALL
    SELECT concat_ws(' ', 'constraint', r.name, format('%I', k.conname), pg_catalog.pg_get_constraintdef(k.oid))
    FROM relations AS r JOIN pg_catalog.pg_constraint AS k ON k.conrelid = r.oid
    UNION ALL
    SELECT concat_ws(' ', 'index', pg_catalog.pg_get_indexdef(i.indexrelid))
    FROM relations AS r JOIN pg_catalog.pg_index AS i ON i.indrelid = r.oid
    UNION ALL
    SELECT concat_ws(' ', 'sequence', r.name, s.seqstart::text, s.seqincrement::text, s.seqmax::text, s.seqmin::text,
                     pg_catalog.pg_sequence_last_value(r.oid)::text)
    FROM relations AS r JOIN pg_catalog.pg_sequence AS s ON s.seqrelid = r.oid
    UNION ALL
    SELECT concat_ws(' ', 'trigger', r.name, pg_catalog.pg_get_triggerdef(t.oid))
    FROM relations AS r JOIN pg_catalog.pg_trigger AS t ON t.tgrelid = r.oid AND NOT t.tgisinternal
    UNION ALL
    SELECT concat_ws(' ', 'function', n.nspname, CASE WHEN p.prokind IN ('f', 'p') THEN pg_catalog.pg_get_functiondef(p.oid)
                     ELSE p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')' END)
    FROM pg_catalog.pg_proc AS p JOIN ours AS n ON n.oid = p.pronamespace
    UNION ALL
    SELECT concat_ws(' ', 'enum', format('%I.%I', n.nspname, t.typname), string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder))
    FROM pg_catalog.pg_enum AS e JOIN pg_catalog.pg_type AS t ON t.oid = e.enumtypid JOIN ours AS n ON n.oid = t.typnamespace
    GROUP BY n.nspname, t.typname
    UNION ALL
    SELECT concat_ws(' ', 'comment', r.name, o.objsubid::text, o.description)
    FROM relations AS r
    JOIN pg_catalog.pg_description AS o ON o.objoid = r.oid AND o.classoid = 'pg_catalog.pg_class'::regclass
    UNION ALL
    SELECT concat_ws(' ', 'privilege', p.kind, p.name, coalesce(nullif(g.grantee, 0)::regrole::text, 'public'),
                     g.privilege_type, g.is_grantable::text)
    FROM privileges AS p, pg_catalog.aclexplode(p.acl) AS g
)
SELECT line FROM lines ORDER BY line COLLATE "C"
