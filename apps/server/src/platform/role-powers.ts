import type pg from 'pg'

/** A right that a role has in the database, by itself, through PUBLIC, or through a role that it belongs to. */
export interface Power {
  /** The role that was asked about. */
  role: string
  /** The role itself, `PUBLIC`, or the role that it is a member of. */
  via: string
  kind: 'table' | 'column' | 'sequence' | 'function' | 'schema' | 'database'
  /** Name of the object, for a statement; of a table the plain name. */
  object: string
  column: string | null
  /** As in GRANT, or `OWNER`. */
  privilege: string
  /** May it be given on to others? */
  isGrantable: boolean
}

/** Roles that no grant binds, and through which role they are so. */
export interface Mighty {
  role: string
  via: string
  attribute: string
}

/**
 * Each role as itself, as PUBLIC, and as all that it can become through each role that it was made a member of. Whether a
 * membership is inherited does not matter: SET ROLE does the rest.
 */
const REACH = `reach AS (
  SELECT r.rolname AS role, v.via, v.who
    FROM pg_roles r CROSS JOIN LATERAL (
      SELECT r.rolname AS via, r.rolname AS who
      UNION ALL SELECT 'PUBLIC', 'public'
      UNION ALL SELECT d.rolname, m.rolname
        FROM pg_auth_members a JOIN pg_roles d ON d.oid = a.roleid JOIN pg_roles m ON pg_has_role(d.oid, m.oid, 'MEMBER')
       WHERE a.member = r.oid
    ) v WHERE r.rolname = ANY ($1::text[])
)`

/** That an object does not come with an extension, which says itself who may do what with it. */
const isOurs = (catalog: string, oid: string) =>
  `NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`

/** Tables, views and sequences of the schema that the client works in; the condition is about `pg_class c`. */
export const IN_SCHEMA = `c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relnamespace = current_schema()::regnamespace
   AND ${isOurs('pg_class', 'c.oid')}`

const RELATIONS = `relation AS (
  SELECT c.oid, c.relname AS name, c.relkind AS kind, c.relowner AS owner FROM pg_class c WHERE ${IN_SCHEMA}
)`

const asked = (privileges: string) =>
  `(VALUES ${privileges
    .split(' ')
    .map((privilege) => `('${privilege}')`)
    .join(', ')}) AS p(privilege)`

const TABLE = asked('SELECT INSERT UPDATE DELETE TRUNCATE REFERENCES TRIGGER')
const COLUMN = asked('SELECT INSERT UPDATE REFERENCES')
const SEQUENCE = asked('USAGE SELECT UPDATE')

/** PUBLIC owns nothing, and is no member of anything. */
const owns = (owner: string) => `CASE WHEN who = 'public' THEN false ELSE pg_has_role(who, ${owner}, 'MEMBER') END`

const select = (kind: Power['kind'], object: string, column: string, privilege: string, grantable: string) =>
  `SELECT role, via, '${kind}' AS kind, ${object} AS object, ${column} AS "column", ${privilege} AS privilege,
          bool_or(${grantable}) AS "isGrantable"`

const POWERS = `
${select('table', 't.name', 'NULL::text', 'privilege', `has_table_privilege(who, t.oid, privilege || ' WITH GRANT OPTION')`)}
  FROM reach, relation t, ${TABLE}
 WHERE t.kind <> 'S' AND has_table_privilege(who, t.oid, privilege) GROUP BY 1, 2, 4, 6
UNION ALL
${select('table', 't.name', 'NULL', `'MAINTAIN'`, `has_table_privilege(who, t.oid, 'MAINTAIN WITH GRANT OPTION')`)}
  FROM reach, relation t
 WHERE t.kind <> 'S' AND current_setting('server_version_num')::integer >= 170000
   AND CASE WHEN current_setting('server_version_num')::integer >= 170000
            THEN has_table_privilege(who, t.oid, 'MAINTAIN') END GROUP BY 1, 2, 4
UNION ALL
${select('column', 't.name', 'a.attname', 'privilege', `has_column_privilege(who, t.oid, a.attnum, privilege || ' WITH GRANT OPTION')`)}
  FROM reach, relation t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped, ${COLUMN}
 WHERE t.kind <> 'S' AND has_column_privilege(who, t.oid, a.attnum, privilege)
   AND NOT has_table_privilege(who, t.oid, privilege) GROUP BY 1, 2, 4, 5, 6
UNION ALL
${select('sequence', 't.name', 'NULL', 'privilege', 'false')}
  FROM reach, relation t, ${SEQUENCE}
 WHERE t.kind = 'S' AND has_sequence_privilege(who, t.oid, privilege) GROUP BY 1, 2, 4, 6
UNION ALL
${select('table', 't.name', 'NULL', `'OWNER'`, 'true')} FROM reach, relation t WHERE ${owns('t.owner')} GROUP BY 1, 2, 4
UNION ALL
${select('schema', 'n.nspname', 'NULL', 'privilege', `has_schema_privilege(who, n.oid, privilege || ' WITH GRANT OPTION')`)}
  FROM reach, pg_namespace n, ${asked('CREATE USAGE')}
 WHERE n.nspname = current_schema() AND has_schema_privilege(who, n.oid, privilege) GROUP BY 1, 2, 4, 6
UNION ALL
${select('schema', 'n.nspname', 'NULL', `'OWNER'`, 'true')} FROM reach, pg_namespace n
 WHERE n.nspname = current_schema() AND ${owns('n.nspowner')} GROUP BY 1, 2, 4
UNION ALL
${select('database', 'd.datname', 'NULL', `'CREATE'`, 'false')} FROM reach, pg_database d
 WHERE d.datname = current_database() AND has_database_privilege(who, d.oid, 'CREATE') GROUP BY 1, 2, 4
UNION ALL
${select('database', 'd.datname', 'NULL', `'OWNER'`, 'true')} FROM reach, pg_database d
 WHERE d.datname = current_database() AND ${owns('d.datdba')} GROUP BY 1, 2, 4
UNION ALL
${select('function', 'f.oid::regprocedure::text', 'NULL', `'EXECUTE'`, 'false')} FROM reach, pg_proc f
 WHERE f.prosecdef AND f.pronamespace = current_schema()::regnamespace AND ${isOurs('pg_proc', 'f.oid')}
   AND has_function_privilege(who, f.oid, 'EXECUTE') GROUP BY 1, 2, 4`

/**
 * What each of these roles can do in the schema and the database that the client works in: on tables, views, single
 * columns, sequences, the schema itself, and functions that act with their owner's rights.
 */
export async function powersOf(client: pg.ClientBase, roles: readonly string[]): Promise<Power[]> {
  const { rows } = await client.query<Power>(
    `WITH ${REACH}, ${RELATIONS} SELECT * FROM (${POWERS}) found ORDER BY role, kind, object, "column", privilege, via`,
    [roles],
  )
  return rows
}

/** Who among these roles is a superuser, can become one, makes roles, copies the database, or reaches the server's files. */
export async function mightyOf(client: pg.ClientBase, roles: readonly string[]): Promise<Mighty[]> {
  const { rows } = await client.query<Mighty>(
    `WITH ${REACH} SELECT DISTINCT ON (role) role, via, attribute FROM reach JOIN pg_roles m ON m.rolname = who
      CROSS JOIN LATERAL (VALUES
        (1, m.rolsuper, 'SUPERUSER'), (2, m.rolcreaterole, 'CREATEROLE'), (3, m.rolreplication, 'REPLICATION'),
        (4, m.rolname IN ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files'), m.rolname)
      ) AS it(rank, applies, attribute) WHERE applies ORDER BY role, rank, (via = role) DESC, via`,
    [roles],
  )
  return rows
}
