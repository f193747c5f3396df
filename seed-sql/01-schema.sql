-- The tables of the koperasi registry. Mixed-case names are quoted, as in the source, and must be quoted in every query.
--
-- Foreign keys follow in 80-keys.sql, once the rows are there. Where the registry has none (cooperative."provinceId", most
-- "cooperativeId" columns) there is none here. No column is declared NOT NULL; README.md lists those that hold nulls.

SET client_min_messages = warning; SET search_path = public;

CREATE TABLE provinces (
    province_id int PRIMARY KEY,        -- a surrogate, 1..38, not the code
    code text UNIQUE,                   -- '11'..'96'
    name text
);

CREATE TABLE districts (
    district_id int PRIMARY KEY,
    code text UNIQUE,                   -- '32.04'
    province_code text,
    name text
);

CREATE TABLE subdistricts (
    subdistrict_id int PRIMARY KEY,
    code text UNIQUE,                   -- '32.04.01'
    district_code text,
    name text
);

CREATE TABLE villages (
    village_id int PRIMARY KEY,
    code text,                          -- '32.04.01.2001', not unique
    subdistrict_code text,
    name text,
    total_u17 int,
    total_a17 int
);

CREATE TABLE cooperative_types (
    cooperative_type_id int PRIMARY KEY,
    name text
);

CREATE TABLE cooperative (
    cooperative_id int PRIMARY KEY,
    name text,
    "provinceId" int,                   -- provinces.code as a number, not provinces.province_id
    "districtId" int,
    "subdistrictId" int,
    "villageId" int,
    capital varchar,                    -- text: about 3 % of it is no number
    registration_type text,
    filling_method text,
    longitude double precision,
    latitude double precision,
    address text,
    created_at timestamptz
);

CREATE TABLE cooperative_members (
    cooperative_member_id int PRIMARY KEY,
    "cooperativeId" int,
    name text,
    gender text,                        -- 'LAKI-LAKI', 'PEREMPUAN': upper case, unlike cooperative_management
    principal_saving numeric(14, 2),
    mandatory_saving numeric(14, 2),
    bi_checking_verification text,
    created_at timestamptz
);

CREATE TABLE cooperative_management (
    cooperative_management_id int PRIMARY KEY,
    "cooperativeId" int,
    name text,
    role text,
    gender text,                        -- 'Laki-laki', 'Perempuan'
    status text
);

CREATE TABLE cooperative_outlets (
    cooperative_outlet_id int PRIMARY KEY,
    "cooperativeId" int,
    cooperative_type_id int,
    primary_image text,
    created_at timestamptz
);

CREATE TABLE klus (
    klu_id int PRIMARY KEY,
    code_kbli text,
    name text,
    sector text
);

CREATE TABLE cooperative_klus (
    cooperative_klu_id int PRIMARY KEY,
    "cooperativeId" int,
    "kluId" int,
    created_at timestamptz
);

CREATE TABLE business_partnership_applications (
    business_partnership_application_id int PRIMARY KEY,
    "cooperativeId" int,
    partnership_with text,
    status text,
    created_at timestamptz,
    updated_at timestamptz
);

CREATE TABLE upkdk (
    upkdk_id int PRIMARY KEY,
    "villageId" int,
    type text,
    internet_access text,
    building_condition text,
    water_electricity text,
    longitude double precision,
    latitude double precision,
    address text
);

CREATE TABLE domains (
    domain_id int PRIMARY KEY,
    "cooperativeId" int,
    name text,
    verification_status text
);

CREATE TABLE cooperative_village_mergers (
    cooperative_village_merger_id int PRIMARY KEY,
    cooperative_id int,                 -- snake case here, as in the source
    village_id int,
    created_at timestamptz
);
