"""German, French and Spanish words for what columns hold, and their English ones."""

import unicodedata

LANGUAGES = {
    "German": {
        **dict.fromkeys(("bild", "bilder", "aufnahme", "rontgenbild"), "image"),
        **dict.fromkeys(("datei", "bilddatei"), "file"),
        **dict.fromkeys(("dateiname", "bilddateiname", "dateinamen"), "filename"),
        **dict.fromkeys(("bildname", "bildnummer", "bildnr"), "imagename"),
        **dict.fromkeys(("pfad", "dateipfad", "bildpfad"), "path"),
        **dict.fromkeys(("befund", "befunde", "hauptbefund"), "finding"),
        **dict.fromkeys(("diagnose", "diagnosen", "hauptdiagnose"), "diagnosis"),
        **dict.fromkeys(("klasse", "klassen", "klassifikation", "klassifizierung"), "class"),
        **dict.fromkeys(("kategorie", "kategorien"), "category"),
        **dict.fromkeys(("erkrankung", "krankheit"), "disease"),
        **dict.fromkeys(("ergebnis", "resultat"), "result"),
        **dict.fromkeys(("grad", "schweregrad"), "grade"),
        **dict.fromkeys(("stadium", "stufe"), "stage"),
        "typ": "type",
        **dict.fromkeys(("patientin", "patienten", "pat"), "patient"),
        **dict.fromkeys(("patientennummer", "patientennr", "patientnr", "patnr"), "patientid"),
        **dict.fromkeys(("patientenid", "patid", "patientenkennung", "fallid"), "patientid"),
        **dict.fromkeys(("proband", "probandin", "probandennummer"), "subject"),
        **dict.fromkeys(("fall", "fallnummer", "fallnr"), "case"),
        **dict.fromkeys(("untersuchung", "untersuchungsnummer", "studie"), "study"),
        **dict.fromkeys(("nummer", "nr"), "number"),
        **dict.fromkeys(("klinik", "klinikum"), "clinic"),
        **dict.fromkeys(("krankenhaus", "spital"), "hospital"),
        **dict.fromkeys(("zentrum", "standort"), "site"),
        **dict.fromkeys(("einrichtung", "institut"), "institution"),
        **dict.fromkeys(("aufteilung", "teilmenge"), "split"),
        **dict.fromkeys(("keinbefund", "ohnebefund"), "nofinding"),
        **dict.fromkeys(("befunder", "befunderin", "leser", "leserin", "auswerter"), "reader"),
        **dict.fromkeys(("beurteiler", "untersucher", "untersucherin"), "reader"),
        **dict.fromkeys(("radiologe", "radiologin"), "radiologist"),
        **dict.fromkeys(("arzt", "arztin", "aerztin"), "physician"),
        **dict.fromkeys(("sicherheit", "konfidenz"), "confidence"),
        **dict.fromkeys(("bewertung", "punktwert"), "rating"),
        "wahrscheinlichkeit": "probability",
        "geschlecht": "sex",
        **dict.fromkeys(("alter", "patientenalter"), "age"),
        "jahr": "year",
        **dict.fromkeys(("grosse", "groesse"), "size"),
        "gewicht": "weight",
        "raucher": "smoker",
    },
    "French": {
        **dict.fromkeys(("cliche", "radiographie"), "image"),
        **dict.fromkeys(("fichier", "fichiers"), "file"),
        **dict.fromkeys(("nomfichier", "nomdufichier", "nomdefichier"), "filename"),
        **dict.fromkeys(("nomimage", "nomdelimage"), "imagename"),
        **dict.fromkeys(("chemin", "chemindacces"), "path"),
        **dict.fromkeys(("diagnostic", "diagnostics"), "diagnosis"),
        "classe": "class",
        **dict.fromkeys(("etiquette", "etiquettes"), "label"),
        "categorie": "category",
        **dict.fromkeys(("pathologie", "pathologies"), "pathology"),
        "maladie": "disease",
        **dict.fromkeys(("anomalie", "anomalies", "constatation"), "finding"),
        "stade": "stage",
        "gravite": "severity",
        **dict.fromkeys(("patiente", "idpatient", "numeropatient", "numpatient"), "patientid"),
        "sujet": "subject",
        "cas": "case",
        **dict.fromkeys(("etude", "examen"), "study"),
        "numero": "number",
        "hopital": "hospital",
        **dict.fromkeys(("etablissement", "clinique"), "institution"),
        "partie": "split",
        **dict.fromkeys(("lecteur", "lectrice"), "reader"),
        "observateur": "observer",
        "radiologue": "radiologist",
        "medecin": "physician",
        "confiance": "confidence",
        "probabilite": "probability",
        "sexe": "sex",
        "annee": "year",
        "taille": "size",
        "poids": "weight",
        "fumeur": "smoker",
    },
    "Spanish": {
        **dict.fromkeys(("imagen", "imagenes", "radiografia"), "image"),
        **dict.fromkeys(("archivo", "archivos", "fichero"), "file"),
        **dict.fromkeys(("nombrearchivo", "nombredelarchivo", "nombredearchivo"), "filename"),
        **dict.fromkeys(("nombreimagen", "nombredelaimagen"), "imagename"),
        "ruta": "path",
        **dict.fromkeys(("diagnostico", "diagnosticos"), "diagnosis"),
        **dict.fromkeys(("clase", "clases", "clasificacion"), "class"),
        **dict.fromkeys(("etiqueta", "etiquetas"), "label"),
        "categoria": "category",
        "patologia": "pathology",
        "enfermedad": "disease",
        **dict.fromkeys(("hallazgo", "hallazgos"), "finding"),
        "resultado": "result",
        "grado": "grade",
        **dict.fromkeys(("estadio", "etapa"), "stage"),
        "gravedad": "severity",
        "tipo": "type",
        **dict.fromkeys(("paciente", "pacientes"), "patient"),
        **dict.fromkeys(("idpaciente", "numeropaciente", "pacienteid"), "patientid"),
        "sujeto": "subject",
        "caso": "case",
        "estudio": "study",
        "clinica": "clinic",
        "centro": "site",
        "institucion": "institution",
        **dict.fromkeys(("particion", "conjunto"), "split"),
        **dict.fromkeys(("sinhallazgos", "sinhallazgo"), "nofinding"),
        **dict.fromkeys(("lector", "lectora"), "reader"),
        "observador": "observer",
        "radiologo": "radiologist",
        "medico": "physician",
        "confianza": "confidence",
        "probabilidad": "probability",
        "sexo": "sex",
        "edad": "age",
        "tamano": "size",
        "peso": "weight",
        "fumador": "smoker",
    },
}
_ENGLISH = {word: english for words in LANGUAGES.values() for word, english in words.items()}


def drop_accents(text: str) -> str:
    """A text in small letters without the marks on them: "Diagnóstico" is "diagnostico"."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def translate(word: str) -> str:
    """The English word for one without accents; the word itself where none is known."""
    return _ENGLISH.get(word, word)


def explain_word(word: str) -> str:
    """What a word without accents means, such as "German for finding"; "" for English ones."""
    languages = (name for name, words in LANGUAGES.items() if word in words)
    language = next(languages, "")
    return f"{language} for {_ENGLISH[word]}" if language else ""
