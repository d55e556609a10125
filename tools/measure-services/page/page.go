// A shop's page from html/template over net/http in Go: CPU time of a page of nine products and of a page of one, sent to itself.
package main

import (
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
)

type product struct {
	Id, Name, Description, Picture, Price string
}

var page = template.Must(template.New("page").Parse(`<!doctype html><html><head><title>{{.Title}}</title></head><body><header><a href="/">{{.Title}}</a>
<form method="POST" action="/setCurrency">{{range .Currencies}}<option value="{{.}}" {{if eq . $.Currency}}selected{{end}}>{{.}}</option>{{end}}</form><a href="/cart">Cart ({{.Cart}})</a></header>
<main>{{range .Products}}<div class="card"><a href="/product/{{.Id}}"><img alt="{{.Name}}" src="{{.Picture}}"></a><h5>{{.Name}}</h5><p>{{.Description}}</p><strong>{{.Price}}</strong></div>{{end}}</main>
<footer>session {{.Session}} request {{.Request}}</footer></body></html>`))

func cpu() float64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e3
}

func main() {
	for _, n := range []int{0, 1, 9} {
		data := map[string]interface{}{"Title": "Shop", "Currencies": []string{"EUR", "USD", "JPY", "GBP", "TRY", "CAD"}, "Currency": "USD", "Cart": 2, "Session": "1f", "Request": "2e"}
		var all []product
		for i := 0; i < n; i++ {
			all = append(all, product{fmt.Sprint("OLJCESPC", i), "Vintage camera lens", strings.Repeat("You won't have a camera to use it. ", 3), "/static/img/products/lens.jpg", "USD 12.49"})
		}
		data["Products"] = all
		const times = 20000
		from := cpu()
		for i := 0; i < times; i++ {
			page.Execute(io.Discard, data)
		}
		fmt.Printf("html-go,%d products,render_cpu_us,%.1f\n", n, (cpu()-from)/times)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") }))
	const times = 30000
	from := cpu()
	for i := 0; i < times; i++ {
		r, _ := http.Get(s.URL)
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
	}
	fmt.Printf("http-go,1 at once,client_and_server_cpu_us,%.1f\n", (cpu()-from)/times)
}
