using Filecoin.Primitives;
using Microsoft.Playwright;

namespace SealerRecover.Page.Tests;

/// <summary>Modules of the page by themselves, as the browser runs them.</summary>
public sealed class ModuleTests(Chromium chromium)
{
    [Fact]
    public async Task Money_is_rounded_without_losing_a_digit_on_the_way()
    {
        await using Reader reader = await Reader.OpenAsync(chromium, new ShownSite(SampleFleet.Of(12)));
        (string Atto, string Said)[] cases =
        [
            ("0", "0.0000 FIL"), ("1", "< 0.0001 FIL"), ("49999999999999", "< 0.0001 FIL"), ("50000000000000", "0.0001 FIL"), ("999949999999999999", "0.9999 FIL"),
            ("1000000000000000000", "1.00 FIL"), ("1005000000000000000", "1.01 FIL"), ("1004999999999999999", "1.00 FIL"), ("99995000000000000000", "100.00 FIL"),
            ("123456789012345678901234567890", "123,456,789,012 FIL"), ("-14723118402219900000", "−14.72 FIL"),
        ];
        string[] said = await reader.Page.EvaluateAsync<string[]>(
            "async cases => { const { fil } = await import('/page/format.js'); return cases.map(fil); }", cases.Select(one => one.Atto).ToArray());
        Assert.Equal(cases.Select(one => one.Said), said);
    }

    [Fact]
    public async Task What_the_server_refuses_is_worded_in_the_reader_s_language_and_what_fails_is_not()
    {
        ShownSite site = new(SampleFleet.Of(12));
        await using Reader reader = await Reader.OpenAsync(chromium, site, new BrowserNewContextOptions { Locale = "zh-CN" });
        const string Ask = """
            async token => {
                const { ask, worded } = await import('/page/api.js');
                const { store } = await import('/page/store.js');
                store.token = token;
                const problem = await ask('actions/prefer', { sectors: [{ miner: 'f01000', number: 1 }], priority: token ? 5000 : 1 }).catch(error => error);
                return worded(problem).map(one => `${one.lang}|${one.textContent}`);
            }
            """;
        Assert.Equal(["|缺少扇区或其优先级", "|请指明扇区和 0 到 1000 的优先级"], await reader.Page.EvaluateAsync<string[]>(Ask, Reader.Token));
        Assert.Equal(["|这需要服务器的令牌", "|请给出启动服务器时的令牌"], await reader.Page.EvaluateAsync<string[]>(Ask, ""));
        site.Refusal = new OperatorException(FailureKind.NodeUnreachable, "the database does not answer", "look whether it runs");
        Assert.Equal(
            ["en|the database does not answer", "en|look whether it runs"],
            await reader.Page.EvaluateAsync<string[]>(Ask.Replace("5000", "5", StringComparison.Ordinal), Reader.Token));
    }

    [Fact]
    public async Task Events_are_read_wherever_the_bytes_are_cut()
    {
        await using Reader reader = await Reader.OpenAsync(chromium, new ShownSite(SampleFleet.Of(12)));
        const string Stream = "event: site\r\ndata: {\"a\":1}\r\n\r\n: alive\n\nevent: change\ndata: one\ndata: two\nid: 7\n\ndata:three\n\nevent: trouble\ndata: not ended";
        string[] heard = await reader.Page.EvaluateAsync<string[]>(
            """
            async text => {
                const { EventParser } = await import('/page/stream.js');
                const ways = new Set();
                for (let size = 1; size <= text.length; size++) {
                    const heard = [];
                    const parser = new EventParser((type, data) => heard.push(`${type}=${data}`));
                    for (let at = 0; at < text.length; at += size) parser.push(text.slice(at, at + size));
                    ways.add(heard.join('|'));
                }
                return [...ways];
            }
            """,
            Stream);
        Assert.Equal(["site={\"a\":1}|change=one\ntwo|message=three"], heard);
    }
}
