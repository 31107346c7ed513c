package region

import (
	"regexp"
	"slices"
	"strings"
)

// Shown is the country that a host's name shows it to lie in, and by what, where the
// name is one of those that clouds give out and have a region in them. It is empty where
// a name shows nothing, which is most of them, and where the cloud's region is not known
// here.
func Shown(host string) (country, because string) {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, cloud := range clouds {
		if !cloud.hosts.MatchString(host) {
			continue
		}
		// A name can begin with what its owner likes, as that of a bucket does.
		for _, label := range slices.Backward(strings.Split(host, ".")) {
			for _, name := range cloud.names(label) {
				if country := cloud.regions[name]; country != "" {
					return country, "its name has " + cloud.name + "'s region " + name
				}
			}
		}
	}
	return "", ""
}

// cloud is one that names hosts by its regions.
type cloud struct {
	name    string
	hosts   *regexp.Regexp
	names   func(label string) []string
	regions map[string]string
}

var (
	// awsRegion stands in a label alone, or as in s3-eu-west-1 and eu-central-1-0.
	awsRegion = regexp.MustCompile(`[a-z]{2,4}(-gov|-[a-z]{2})?-(north|south|east|west|central|northeast|northwest|southeast|southwest)-\d`)
	// googleRegion begins a label, as in asia-northeast3-aiplatform and europe-west3-0.
	googleRegion = regexp.MustCompile(`^[a-z]+-(north|south|east|west|central|northeast|northwest|southeast|southwest)\d{1,2}`)
)

var clouds = []cloud{
	{"AWS", regexp.MustCompile(`\.(amazonaws\.com(\.cn)?|amazonaws\.eu|api\.aws|on\.aws|aws\.cloud\.qdrant\.io)$`), found(awsRegion), awsRegions},
	{"Google Cloud", regexp.MustCompile(`\.(googleapis\.com|gcp\.cloud\.qdrant\.io)$`), found(googleRegion), googleRegions},
	{"Azure", regexp.MustCompile(`\.(cloudapp\.azure\.com|api\.cognitive\.microsoft\.com)$`), func(label string) []string { return []string{label} }, azureRegions},
}

func found(r *regexp.Regexp) func(string) []string {
	return func(label string) []string { return r.FindAllString(label, -1) }
}

// The regions of clouds, by the country that each cloud says it is in.
var (
	awsRegions = countries(map[string]string{
		"AE": "me-central-1", "AU": "ap-southeast-2 ap-southeast-4", "BH": "me-south-1", "BR": "sa-east-1", "CA": "ca-central-1 ca-west-1",
		"CH": "eu-central-2", "CN": "cn-north-1 cn-northwest-1", "DE": "eu-central-1 eusc-de-east-1", "ES": "eu-south-2", "FR": "eu-west-3",
		"GB": "eu-west-2", "HK": "ap-east-1", "ID": "ap-southeast-3", "IE": "eu-west-1", "IL": "il-central-1", "IN": "ap-south-1 ap-south-2",
		"IT": "eu-south-1", "JP": "ap-northeast-1 ap-northeast-3", "KR": "ap-northeast-2", "MX": "mx-central-1", "MY": "ap-southeast-5",
		"NZ": "ap-southeast-6", "SE": "eu-north-1", "SG": "ap-southeast-1", "TH": "ap-southeast-7", "TW": "ap-east-2",
		"US": "us-east-1 us-east-2 us-west-1 us-west-2 us-gov-east-1 us-gov-west-1", "ZA": "af-south-1",
	})
	googleRegions = countries(map[string]string{
		"AU": "australia-southeast1 australia-southeast2", "BE": "europe-west1", "BR": "southamerica-east1", "CA": "northamerica-northeast1 northamerica-northeast2",
		"CH": "europe-west6", "CL": "southamerica-west1", "DE": "europe-west3 europe-west10", "ES": "europe-southwest1", "FI": "europe-north1", "FR": "europe-west9",
		"GB": "europe-west2", "HK": "asia-east2", "ID": "asia-southeast2", "IL": "me-west1", "IN": "asia-south1 asia-south2", "IT": "europe-west8 europe-west12",
		"JP": "asia-northeast1 asia-northeast2", "KR": "asia-northeast3", "MX": "northamerica-south1", "NL": "europe-west4", "PL": "europe-central2", "QA": "me-central1",
		"SA": "me-central2", "SE": "europe-north2", "SG": "asia-southeast1", "TW": "asia-east1",
		"US": "us-central1 us-east1 us-east4 us-east5 us-south1 us-west1 us-west2 us-west3 us-west4", "ZA": "africa-south1",
	})
	azureRegions = countries(map[string]string{
		"AE": "uaenorth uaecentral", "AU": "australiaeast australiasoutheast australiacentral australiacentral2", "BR": "brazilsouth brazilsoutheast",
		"CA": "canadacentral canadaeast", "CH": "switzerlandnorth switzerlandwest", "DE": "germanywestcentral germanynorth", "ES": "spaincentral", "FR": "francecentral francesouth",
		"GB": "uksouth ukwest", "HK": "eastasia", "ID": "indonesiacentral", "IE": "northeurope", "IL": "israelcentral", "IN": "centralindia southindia westindia", "IT": "italynorth",
		"JP": "japaneast japanwest", "KR": "koreacentral koreasouth", "MX": "mexicocentral", "MY": "malaysiawest", "NL": "westeurope", "NO": "norwayeast norwaywest",
		"NZ": "newzealandnorth", "PL": "polandcentral", "QA": "qatarcentral", "SE": "swedencentral", "SG": "southeastasia",
		"US": "centralus eastus eastus2 northcentralus southcentralus westcentralus westus westus2 westus3", "ZA": "southafricanorth southafricawest",
	})
)

// countries turns a table around: a cloud's regions to their countries.
func countries(of map[string]string) map[string]string {
	all := map[string]string{}
	for country, names := range of {
		for name := range strings.FieldsSeq(names) {
			all[name] = country
		}
	}
	return all
}
