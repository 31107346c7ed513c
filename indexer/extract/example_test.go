package extract_test

import (
	"fmt"

	"github.com/naru-rag/naru/indexer/extract"
)

func ExampleExtract() {
	page := []byte("<h1>Ferry</h1><p>The last boat leaves at 7 &amp; 9 pm.</p>")
	r, err := extract.Extract("ferry.html", "text/html", page, extract.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Println("title:", r.Title)
	for _, b := range r.Blocks {
		fmt.Printf("%s below %q: %s\n", b.Kind, b.Headings, r.Text[b.Start:b.End])
		for _, s := range r.Map.Source(b.Start, b.End) {
			fmt.Printf("  from %q\n", page[s.From:s.To])
		}
	}
	// Output:
	// title: Ferry
	// heading below []: Ferry
	//   from "Ferry"
	// paragraph below ["Ferry"]: The last boat leaves at 7 & 9 pm.
	//   from "The last boat leaves at 7 "
	//   from "&amp;"
	//   from " 9 pm."
}
