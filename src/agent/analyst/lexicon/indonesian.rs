//! Indonesian.

use super::Word;

/// Phrases, apart by `|`, by what they do. A phrase that English shares stands in both lists.
pub(super) const PHRASES: &[(Word, &str)] = &[
    (
        Word::Filler,
        "tampilkan | tampilkanlah | tampil | tunjukkan | tunjukan | perlihatkan | lihat | lihatkan | berikan | beri | \
         kasih | tolong | mohon | coba | cari | carikan | info | informasi | saya | kami | \
         kita | aku | ingin | mau | minta | butuh | perlu | tahu | mengetahui | melihat | dong | ya | sih | deh | nih | itu | \
         ini | ada | tersebut | nya | kah | lah | para | sudah | telah | masih | saat ini | sekarang | data | angka | \
         dapatkan | bisa | dapat | buatkan | buat | secara keseluruhan | beserta | nilai | kalau | terdapat | tercatat | sama sekali | \
         satu pun | satupun | seorang pun",
    ),
    (Word::Compute, "hitung | hitunglah | hitungkan"),
    (Word::List, "daftar | sebutkan | siapa | siapa saja"),
    (
        Word::HowMany,
        "berapa | brp | berapakah | berapa banyak | seberapa banyak | seberapa besar | berapa besar",
    ),
    (Word::Which, "mana | manakah | yang mana"),
    (Word::What, "apa"),
    (
        Word::Total,
        "jumlah | total | jumlah total | total jumlah | total keseluruhan | jumlah keseluruhan | jml",
    ),
    (Word::Tally, "banyaknya | banyak | cacah"),
    (
        Word::Average,
        "rata rata | rata2 | rerata | rataan | rata ratanya",
    ),
    (Word::Maximum, "maksimum | maksimal | max"),
    (Word::Minimum, "minimum | min"),
    (
        Word::Share,
        "persen | persentase | prosentase | presentase | % | pangsa | proporsi",
    ),
    (
        Word::Spread,
        "distribusi | sebaran | penyebaran | persebaran | rincian | tren",
    ),
    (Word::Makeup, "komposisi"),
    (
        Word::Per,
        "per | tiap | setiap | tiap tiap | masing masing | menurut | berdasarkan | di tiap | di setiap | \
         di masing masing | pada setiap | pada tiap | untuk setiap | untuk tiap | untuk masing masing | dari setiap | \
         dari tiap | dikelompokkan menurut | dikelompokkan berdasarkan | dikelompokkan per | dibagi menurut | dibagi per | \
         dirinci menurut | dirinci per | dilihat dari | antar",
    ),
    (
        Word::In,
        "di | pada | untuk | dalam | berada di | ada di | terletak di | di wilayah | wilayah | di daerah | berlokasi di | \
         di antara | asal",
    ),
    (
        Word::Of,
        "dari | milik | dimiliki | dimiliki oleh | terhadap seluruh | dari seluruh | dari total",
    ),
    (Word::With, "dengan | dgn"),
    (Word::That, "yang | yg"),
    (Word::Have, "memiliki | punya | mempunyai"),
    (Word::Is, "adalah | ialah | merupakan | yaitu | yakni"),
    (
        Word::High,
        "tertinggi | terbesar | terbanyak | paling tinggi | paling besar | paling banyak | paling umum",
    ),
    (
        Word::Low,
        "terendah | terkecil | tersedikit | paling rendah | paling kecil | paling sedikit | paling minim",
    ),
    (Word::Top, "teratas | peringkat teratas | top"),
    (Word::Bottom, "terbawah"),
    (Word::Big, "besar"),
    (
        Word::Sort,
        "urutkan | diurutkan | urut | urutan | peringkat | ranking | rangking",
    ),
    (
        Word::All,
        "semua | seluruh | segenap | termasuk semua | termasuk seluruh",
    ),
    (Word::And, "dan | serta | maupun"),
    (Word::Or, "atau"),
    (
        Word::Versus,
        "vs | dibanding | dibandingkan | dibandingkan dengan | dibanding dengan",
    ),
    (Word::Compare, "bandingkan | perbandingan | membandingkan"),
    (Word::Between, "antara"),
    (Word::To, "ke | sampai | hingga"),
    (Word::Not, "tidak | bukan | tak | bukanlah"),
    (Word::NotYet, "belum"),
    (
        Word::Without,
        "tanpa | tidak ada | belum ada | tak ada | belum terdapat | tidak terdapat",
    ),
    (
        Word::Except,
        "selain | selain di | selain dari | kecuali | kecuali di | di luar | ada di luar | berada di luar | \
         berlokasi di luar | tidak termasuk",
    ),
    (Word::Elsewhere, "non | lain | lainnya | luar"),
    (Word::But, "tetapi | tapi | namun"),
    (Word::WhichOnes, "mana saja | apa saja"),
    (Word::Whether, "apakah"),
    (
        Word::Than,
        "lebih dari | kurang dari | di atas | di bawah | minimal | paling tidak | setidaknya | sekurangnya | lebih | kurang",
    ),
    (
        Word::Lead,
        "bagaimana dengan | bagaimana kalau | bagaimana jika | bagaimana | gimana dengan | gimana kalau | gimana | terus | \
         sedangkan | jika",
    ),
    (Word::There, "di sana | disana | di situ | disitu"),
    (
        Word::Relative,
        "tahun ini | tahun lalu | tahun kemarin | tahun depan | bulan ini | bulan lalu | bulan kemarin | \
         bulan depan | minggu ini | minggu lalu | minggu kemarin | minggu depan | kuartal ini | kuartal lalu \
         | kuartal kemarin | kuartal depan | semester ini | semester lalu | semester kemarin | semester depan \
         | triwulan ini | triwulan lalu | triwulan kemarin | triwulan depan | hari ini | hari lalu | hari \
         depan | tahun yang lalu | bulan yang lalu | kemarin",
    ),
    (
        Word::Write,
        "hapus | hapuskan | ubah | ubahlah | ganti | tambahkan | tambah | masukkan | perbarui | kosongkan | hilangkan",
    ),
];
