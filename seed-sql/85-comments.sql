-- Descriptions, read by the worker's scan_schema. One form throughout, so that a program can take the synonyms apart:
--   <indonesian>[, synonym ...] (<english>[, synonym ...])
-- A word that would fit several columns (status, nama, gender) is qualified here.

SET search_path = public;

COMMENT ON TABLE provinces IS 'provinsi, propinsi (province)';
COMMENT ON COLUMN provinces.province_id IS 'id provinsi (province id)';
COMMENT ON COLUMN provinces.code IS 'kode provinsi (province code)';
COMMENT ON COLUMN provinces.name IS 'nama provinsi, provinsi (province name, province)';

COMMENT ON TABLE districts IS 'kabupaten/kota, kabupaten, kota (district, regency, city)';
COMMENT ON COLUMN districts.district_id IS 'id kabupaten/kota (district id)';
COMMENT ON COLUMN districts.code IS 'kode kabupaten/kota (district code)';
COMMENT ON COLUMN districts.province_code IS 'kode provinsi kabupaten/kota (province code of the district)';
COMMENT ON COLUMN districts.name IS 'nama kabupaten/kota, kabupaten, kota (district name, district, regency, city)';

COMMENT ON TABLE subdistricts IS 'kecamatan (subdistrict)';
COMMENT ON COLUMN subdistricts.subdistrict_id IS 'id kecamatan (subdistrict id)';
COMMENT ON COLUMN subdistricts.code IS 'kode kecamatan (subdistrict code)';
COMMENT ON COLUMN subdistricts.district_code IS 'kode kabupaten/kota kecamatan (district code of the subdistrict)';
COMMENT ON COLUMN subdistricts.name IS 'nama kecamatan, kecamatan (subdistrict name, subdistrict)';

COMMENT ON TABLE villages IS 'desa/kelurahan, desa, kelurahan (village)';
COMMENT ON COLUMN villages.village_id IS 'id desa (village id)';
COMMENT ON COLUMN villages.code IS 'kode desa (village code)';
COMMENT ON COLUMN villages.subdistrict_code IS 'kode kecamatan desa (subdistrict code of the village)';
COMMENT ON COLUMN villages.name IS 'nama desa, desa, kelurahan (village name, village)';
COMMENT ON COLUMN villages.total_u17 IS 'penduduk di bawah 17 tahun, penduduk anak (population under 17)';
COMMENT ON COLUMN villages.total_a17 IS 'penduduk 17 tahun ke atas, penduduk dewasa (population aged 17 and over, adult population)';

COMMENT ON TABLE cooperative_types IS 'tipe koperasi, tipe gerai, jenis gerai (cooperative type, outlet type)';
COMMENT ON COLUMN cooperative_types.cooperative_type_id IS 'id tipe koperasi (cooperative type id)';
COMMENT ON COLUMN cooperative_types.name IS 'tipe gerai, jenis gerai, tipe koperasi (outlet type, cooperative type)';

COMMENT ON TABLE cooperative IS 'koperasi (cooperative)';
COMMENT ON COLUMN cooperative.cooperative_id IS 'id koperasi (cooperative id)';
COMMENT ON COLUMN cooperative.name IS 'nama koperasi (cooperative name)';
COMMENT ON COLUMN cooperative."provinceId" IS 'kode provinsi koperasi (province code of the cooperative)';
COMMENT ON COLUMN cooperative."districtId" IS 'id kabupaten/kota koperasi (district id of the cooperative)';
COMMENT ON COLUMN cooperative."subdistrictId" IS 'id kecamatan koperasi (subdistrict id of the cooperative)';
COMMENT ON COLUMN cooperative."villageId" IS 'id desa koperasi (village id of the cooperative)';
COMMENT ON COLUMN cooperative.capital IS 'modal awal, modal (initial capital, capital)';
COMMENT ON COLUMN cooperative.registration_type IS 'jenis pendaftaran, tipe pendaftaran (registration type)';
COMMENT ON COLUMN cooperative.filling_method IS 'metode pengisian, cara pengisian (filling method)';
COMMENT ON COLUMN cooperative.longitude IS 'garis bujur koperasi (cooperative longitude)';
COMMENT ON COLUMN cooperative.latitude IS 'garis lintang koperasi (cooperative latitude)';
COMMENT ON COLUMN cooperative.address IS 'alamat koperasi (cooperative address)';
COMMENT ON COLUMN cooperative.created_at IS 'tanggal pendaftaran koperasi, tanggal daftar (cooperative registration date)';

COMMENT ON TABLE cooperative_members IS 'anggota koperasi, anggota (cooperative member, member)';
COMMENT ON COLUMN cooperative_members.cooperative_member_id IS 'id anggota (member id)';
COMMENT ON COLUMN cooperative_members."cooperativeId" IS 'id koperasi anggota (cooperative id of the member)';
COMMENT ON COLUMN cooperative_members.name IS 'nama anggota (member name)';
COMMENT ON COLUMN cooperative_members.gender IS 'jenis kelamin anggota, gender anggota (member gender, member sex)';
COMMENT ON COLUMN cooperative_members.principal_saving IS 'simpanan pokok (principal saving)';
COMMENT ON COLUMN cooperative_members.mandatory_saving IS 'simpanan wajib (mandatory saving)';
COMMENT ON COLUMN cooperative_members.bi_checking_verification IS 'hasil BI checking, status BI checking, BI checking (credit check result, credit status)';
COMMENT ON COLUMN cooperative_members.created_at IS 'tanggal bergabung anggota (member joining date)';

COMMENT ON TABLE cooperative_management IS 'pengurus dan pengawas koperasi, pengurus (cooperative management, manager)';
COMMENT ON COLUMN cooperative_management.cooperative_management_id IS 'id pengurus (manager id)';
COMMENT ON COLUMN cooperative_management."cooperativeId" IS 'id koperasi pengurus (cooperative id of the manager)';
COMMENT ON COLUMN cooperative_management.name IS 'nama pengurus (manager name)';
COMMENT ON COLUMN cooperative_management.role IS 'jabatan pengurus, jabatan (management role, position)';
COMMENT ON COLUMN cooperative_management.gender IS 'jenis kelamin pengurus, gender pengurus (manager gender, manager sex)';
COMMENT ON COLUMN cooperative_management.status IS 'status pengurus, keaktifan pengurus (manager status)';

COMMENT ON TABLE cooperative_outlets IS 'gerai koperasi, gerai, outlet (cooperative outlet, outlet)';
COMMENT ON COLUMN cooperative_outlets.cooperative_outlet_id IS 'id gerai (outlet id)';
COMMENT ON COLUMN cooperative_outlets."cooperativeId" IS 'id koperasi gerai (cooperative id of the outlet)';
COMMENT ON COLUMN cooperative_outlets.cooperative_type_id IS 'id tipe gerai (outlet type id)';
COMMENT ON COLUMN cooperative_outlets.primary_image IS 'foto utama gerai, foto gerai (primary outlet image, outlet photo)';
COMMENT ON COLUMN cooperative_outlets.created_at IS 'tanggal pembukaan gerai (outlet opening date)';

COMMENT ON TABLE klus IS 'klasifikasi lapangan usaha, KLU, KBLI (business classification, line of business)';
COMMENT ON COLUMN klus.klu_id IS 'id KLU (line of business id)';
COMMENT ON COLUMN klus.code_kbli IS 'kode KBLI (KBLI code)';
COMMENT ON COLUMN klus.name IS 'nama KLU, nama KBLI, lapangan usaha (line of business, business line)';
COMMENT ON COLUMN klus.sector IS 'sektor usaha, sektor (business sector, sector)';

COMMENT ON TABLE cooperative_klus IS 'KLU koperasi, lapangan usaha koperasi (line of business of a cooperative)';
COMMENT ON COLUMN cooperative_klus.cooperative_klu_id IS 'id KLU koperasi (cooperative line of business id)';
COMMENT ON COLUMN cooperative_klus."cooperativeId" IS 'id koperasi pemilik KLU (cooperative id of the line of business)';
COMMENT ON COLUMN cooperative_klus."kluId" IS 'id KLU terdaftar (line of business id of the cooperative)';
COMMENT ON COLUMN cooperative_klus.created_at IS 'tanggal pencatatan KLU (line of business entry date)';

COMMENT ON TABLE business_partnership_applications IS 'aplikasi kemitraan, pengajuan kemitraan, kemitraan (partnership application, partnership)';
COMMENT ON COLUMN business_partnership_applications.business_partnership_application_id IS 'id aplikasi kemitraan (partnership application id)';
COMMENT ON COLUMN business_partnership_applications."cooperativeId" IS 'id koperasi pemohon (cooperative id of the applicant)';
COMMENT ON COLUMN business_partnership_applications.partnership_with IS 'jenis layanan kemitraan, mitra (partnership service, partner)';
COMMENT ON COLUMN business_partnership_applications.status IS 'status kemitraan, status aplikasi kemitraan (partnership status, application status)';
COMMENT ON COLUMN business_partnership_applications.created_at IS 'tanggal pengajuan kemitraan (application date)';
COMMENT ON COLUMN business_partnership_applications.updated_at IS 'tanggal pembaruan kemitraan (application update date)';

COMMENT ON TABLE upkdk IS 'UPKDK, unit koperasi desa (UPKDK, village cooperative unit)';
COMMENT ON COLUMN upkdk.upkdk_id IS 'id UPKDK (UPKDK id)';
COMMENT ON COLUMN upkdk."villageId" IS 'id desa UPKDK (village id of the UPKDK)';
COMMENT ON COLUMN upkdk.type IS 'jenis UPKDK, tipe UPKDK (UPKDK type)';
COMMENT ON COLUMN upkdk.internet_access IS 'akses internet, internet (internet access, internet)';
COMMENT ON COLUMN upkdk.building_condition IS 'kondisi bangunan (building condition)';
COMMENT ON COLUMN upkdk.water_electricity IS 'akses air dan listrik, air listrik (water and electricity)';
COMMENT ON COLUMN upkdk.longitude IS 'garis bujur UPKDK (UPKDK longitude)';
COMMENT ON COLUMN upkdk.latitude IS 'garis lintang UPKDK (UPKDK latitude)';
COMMENT ON COLUMN upkdk.address IS 'alamat UPKDK (UPKDK address)';

COMMENT ON TABLE domains IS 'domain koperasi, domain (cooperative domain, domain)';
COMMENT ON COLUMN domains.domain_id IS 'id domain (domain id)';
COMMENT ON COLUMN domains."cooperativeId" IS 'id koperasi pemilik domain (cooperative id of the domain)';
COMMENT ON COLUMN domains.name IS 'nama domain (domain name)';
COMMENT ON COLUMN domains.verification_status IS 'status verifikasi domain (domain verification status)';

COMMENT ON TABLE cooperative_village_mergers IS 'penggabungan desa (village merger)';
COMMENT ON COLUMN cooperative_village_mergers.cooperative_village_merger_id IS 'id penggabungan desa (village merger id)';
COMMENT ON COLUMN cooperative_village_mergers.cooperative_id IS 'id koperasi penggabung (cooperative id of the merger)';
COMMENT ON COLUMN cooperative_village_mergers.village_id IS 'id desa yang digabung (village id of the merger)';
COMMENT ON COLUMN cooperative_village_mergers.created_at IS 'tanggal penggabungan desa (village merger date)';
