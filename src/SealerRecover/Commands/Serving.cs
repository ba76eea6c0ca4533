using Filecoin.Primitives;
using SealerRecover.Hosting;
using SealerRecover.Recovery.Site;
using SealerRecover.Recovery.Transfer;
using SealerRecover.Rendering;
using SealerRecover.Server;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>Serves the page of a site while something else goes on. Whoever does not call it does not load what serves.</summary>
internal static class Serving
{
    /// <summary>Does something while the page is served.</summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="http">Where and for whom.</param>
    /// <param name="what">What is shown, for people and without secrets.</param>
    /// <param name="site">What is shown.</param>
    /// <param name="command">The command's name.</param>
    /// <param name="work">What is done meanwhile.</param>
    /// <param name="shelf">Results of this machine that others fetch; null for none.</param>
    /// <exception cref="OperatorException">BadInput or Busy: it cannot be served.</exception>
    public static async Task<Report> WhileAsync(CommandContext context, HttpSettings http, string what, ISite site, string command, Func<Task<Report>> work, ResultShelf? shelf = null)
    {
        SiteScrape scrape = new(ProgramVersion.Text, context.Metrics is { } metrics ? (metrics, command) : null, site);
        using CertificateFiles? certificate = http.Certificate is { } path ? new CertificateFiles(path, http.Key ?? path, context.Host.Time, context.Log) : null;
        SiteServerSettings settings = new()
        {
            Listen = http.Listen,
            Certificate = certificate is null ? null : () => certificate.Current,
            Token = http.Token,
            Names = http.Names,
            Version = ProgramVersion.Text,
            Word = TypedNames.Sentence,
            Shelf = shelf,
        };
        await using SiteServer server = await SiteServer.StartAsync(site, settings, scrape.Text, context.Host.Time, context.Log);

        // A command that has metrics of its own sends those.
        using OtlpExport? sending = context.Metrics is null && OtlpVariables.AskForIt(context.Host.Environment)
            ? OtlpExport.Begin(context.Host, () => SiteMetrics.Of(site), command, context.View.Diagnostic)
            : null;
        context.View.Answered(new ServingAnswer(server.Address, what, site.Actions is not null && http.Token is not null));
        return await work();
    }
}
