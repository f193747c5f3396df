-- Word lists (scaffolding) from which names and addresses are put together.

SET client_min_messages = warning; SET search_path = public;

CREATE FUNCTION seed.woman(n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT seed.nth(
    '{Siti,Dewi,Sri,Nur,Rina,Wati,Ayu,Fitri,Lestari,Indah,Ratna,Yuni,Endang,Kartika,Maya,Nining,Putri,Rahayu,Sari,Tuti,
      Wulan,Yanti,Aisyah,Fatimah,Halimah,Khadijah,Maria,Magdalena,Ester,Ruth,Komang Sri,Ni Luh,Ni Made,Desi,Eka,Mega,
      Novi,Retno,Suparti,Zahra}'::text[], n) $$;

CREATE FUNCTION seed.man(n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT seed.nth(
    '{Budi,Agus,Joko,Slamet,Bambang,Dedi,Eko,Hendra,Iwan,Rudi,Ahmad,Muhammad,Abdul,Hasan,Ibrahim,Yusuf,Umar,Ali,Ridwan,
      Syamsul,I Made,I Wayan,I Ketut,Yohanes,Petrus,Markus,Daniel,Andreas,Sutrisno,Wahyu,Teguh,Tri,Dwi,Adi,Asep,Ujang,
      Cecep,Fajar,Gunawan,Haryanto}'::text[], n) $$;

CREATE FUNCTION seed.surname(n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT seed.nth(
    '{Santoso,Wijaya,Saputra,Hidayat,Setiawan,Nugroho,Kurniawan,Pratama,Wibowo,Susanto,Siregar,Nasution,Harahap,Lubis,
      Simanjuntak,Sitompul,Tarigan,Ginting,Sembiring,Tanjung,Chaniago,Piliang,Koto,Daulay,Batubara,Suryadi,Permana,
      Firmansyah,Maulana,Ramadhan,Hakim,Rahman,Rasyid,Latief,Mappasomba,Daeng,Lapian,Mandagi,Wowor,Tumbel,Latuconsina,
      Pattiasina,Wenda,Kogoya,Yikwa,Rumbiak,Kambu,Bonay,Nababan,Panjaitan,Sihombing,Purba,Suhendar,Mulyana,Iskandar,
      Zulkarnain,Arifin,Basri,Effendi,Utomo}'::text[], n) $$;

-- 32 x 32 place names for subdistricts and villages.
CREATE FUNCTION seed.place(n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT seed.nth(
    '{Suka,Mekar,Tanjung,Sungai,Batu,Karang,Padang,Muara,Pasir,Bukit,Lubuk,Teluk,Rawa,Kebun,Ujung,Pulau,Sumber,Sido,Wono,
      Banjar,Gunung,Talang,Kampung,Simpang,Tebing,Rantau,Pantai,Lembah,Sindang,Cipta,Marga,Bina}'::text[], n / 32)
    || ' ' || seed.nth(
    '{Jaya,Sari,Makmur,Raya,Indah,Mulya,Baru,Agung,Harapan,Maju,Rejo,Mukti,Asri,Damai,Sentosa,Lestari,Bakti,Utama,Tengah,
      Timur,Barat,Hilir,Hulu,Besar,Permai,Subur,Tani,Karya,Sakti,Mandiri,Kencana,Rahayu}'::text[], n % 32) $$;

CREATE FUNCTION seed.street(n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT seed.nth(
    '{Merdeka,Sudirman,Diponegoro,Ahmad Yani,Gatot Subroto,Kartini,Pahlawan,Veteran,Pemuda,Gajah Mada,Hayam Wuruk,
      Imam Bonjol,Teuku Umar,Sultan Hasanuddin,Pattimura,Raya Desa,Pasar Baru,Melati,Mawar,Kenanga,Cempaka,Flamboyan,
      Anggrek,Masjid Agung,Stasiun,Koperasi,Pertanian,Nelayan,Industri,Pendidikan,Cendrawasih,Garuda}'::text[], n) $$;

-- What a cooperative calls itself, and the two words after it.
CREATE FUNCTION seed.kind(n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT seed.nth(
    '{Koperasi Unit Desa,Koperasi Serba Usaha,Koperasi Simpan Pinjam,Koperasi Produsen,Koperasi Konsumen,Koperasi Jasa,
      Koperasi Pemasaran,Koperasi Karyawan,Koperasi Wanita,Koperasi Nelayan,Koperasi Pondok Pesantren}'::text[], n) $$;

CREATE FUNCTION seed.motto(n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT seed.nth(
    '{Artha,Bina,Cipta,Dana,Eka,Guna,Harapan,Karya,Maju,Mitra,Mekar,Sumber,Tunas,Usaha,Warga,Sinar,Tani,Bahari,Budi,
      Rukun}'::text[], n / 16)
    || ' ' || seed.nth(
    '{Mandiri,Makmur,Sejahtera,Bersama,Jaya,Sentosa,Abadi,Lestari,Utama,Mulia,Barokah,Sukses,Rakyat,Nusantara,Amanah,
      Gemilang}'::text[], n % 16) $$;

-- 16 words that are safe in a domain name.
CREATE FUNCTION seed.label(n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT seed.nth(
    '{mandiri,makmur,sejahtera,bersama,jaya,sentosa,abadi,lestari,utama,mulia,barokah,sukses,rakyat,nusantara,amanah,
      gemilang}'::text[], n) $$;
