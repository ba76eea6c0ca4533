using System.Globalization;
using System.Text.Json;
using Filecoin.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Server;

/// <summary>Questions with one answer: how the site stands, one sector, metrics, who may act; and what somebody does to it.</summary>
/// <param name="site">What is watched.</param>
/// <param name="reading">How it is read.</param>
/// <param name="settings">Of the server.</param>
/// <param name="metrics">Prometheus' text.</param>
internal sealed class SiteAnswers(ISite site, SiteReading reading, SiteServerSettings settings, Func<string> metrics)
{
    private const string PrometheusType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Adds them.</summary>
    public void MapTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/about", AboutAsync);
        routes.MapGet("/api/site", StateAsync);
        routes.MapGet("/api/sectors/{miner}/{number}", SectorAsync);
        routes.MapPost("/api/actions/{action}", ActAsync);
        routes.MapGet("/metrics", MetricsAsync);
        routes.MapGet("/debug/metrics", MetricsAsync);
    }

    private static SectorId? Named(HttpContext context) =>
        (context.GetRouteValue("miner") as string) is ['f' or 't', '0', .. string actor]
        && ulong.TryParse(actor, NumberStyles.None, CultureInfo.InvariantCulture, out ulong id)
        && context.GetRouteValue("number") is string text
        && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
            ? new SectorId(new Filecoin.Primitives.ActorId(id), number)
            : null;

    private Task AboutAsync(HttpContext context) => context.Response.WriteAsJsonAsync(
        new SiteAbout(site.Actions is not null && settings.Token is not null, Guard.NeedsToken(context), settings.Version), SiteJson.Default.SiteAbout);

    private async Task StateAsync(HttpContext context) =>
        await context.Response.WriteAsJsonAsync(await reading.ReadAsync().ConfigureAwait(false), SiteJson.Default.SiteState).ConfigureAwait(false);

    private async Task SectorAsync(HttpContext context)
    {
        SiteSectorDetail? detail = Named(context) is { } sector ? await Task.Run(() => site.Sector(sector)).ConfigureAwait(false) : null;
        await (detail is null ? Failures.TellAsync(context, Refusal.NoSector) : context.Response.WriteAsJsonAsync(detail, SiteJson.Default.SiteSectorDetail))
            .ConfigureAwait(false);
    }

    private async Task MetricsAsync(HttpContext context)
    {
        string text = await Task.Run(metrics).ConfigureAwait(false);
        context.Response.ContentType = PrometheusType;
        await context.Response.WriteAsync(text, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task ActAsync(HttpContext context)
    {
        (Func<int>? act, Refusal? refusal) = site.Actions is { } actions
            ? await RequestAsync(context).ConfigureAwait(false) is { } request ? Meant(actions, context.GetRouteValue("action") as string, request) : (null, Refusal.Unreadable)
            : (null, Refusal.OnlyWatched);
        if (act is null)
        {
            await Failures.TellAsync(context, refusal!).ConfigureAwait(false);
            return;
        }

        int changed = await Task.Run(act).ConfigureAwait(false);
        await context.Response.WriteAsJsonAsync(new SiteChanged(changed), SiteJson.Default.SiteChanged).ConfigureAwait(false);
    }

    /// <summary>What the action is about; null for what is no such thing.</summary>
    private static async Task<SiteActionRequest?> RequestAsync(HttpContext context)
    {
        try
        {
            return await context.Request.ReadFromJsonAsync(SiteJson.Default.SiteActionRequest, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static (Func<int>? Act, Refusal? Refusal) Meant(ISiteActions actions, string? name, SiteActionRequest request)
    {
        IReadOnlyList<SectorId> sectors = request.Sectors ?? [];
        return name switch
        {
            "pause" => (() => actions.Pause(sectors, paused: true), null),
            "resume" => (() => actions.Pause(sectors, paused: false), null),
            "retry" => (() => actions.Retry(sectors), null),
            "cancel" when sectors.Count > 0 => (() => actions.Cancel(sectors), null),
            "cancel" => (null, Refusal.NoSectorsNamed),
            "prefer" when sectors.Count > 0 && request.Priority is >= 0 and <= Refusal.HighestPriority => (() => actions.Prefer(sectors, request.Priority.Value), null),
            "prefer" => (null, Refusal.NoPriority),
            "drain" => (() => actions.Drain(request.Machine), null),
            _ => (null, Refusal.NoAction),
        };
    }
}
