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
    private const int HighestPriority = 1000;
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

    private static Task NotFoundAsync(HttpContext context, string text) => Failures.TellAsync(context, StatusCodes.Status404NotFound, text, "");

    private static SectorId? Named(HttpContext context) =>
        (context.GetRouteValue("miner") as string) is ['f' or 't', '0', .. string actor]
        && ulong.TryParse(actor, NumberStyles.None, CultureInfo.InvariantCulture, out ulong id)
        && context.GetRouteValue("number") is string text
        && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
            ? new SectorId(new Filecoin.Primitives.ActorId(id), number)
            : null;

    private static OperatorException Bad(string text, string hint) => new(FailureKind.BadInput, text, hint);

    private Task AboutAsync(HttpContext context) => context.Response.WriteAsJsonAsync(
        new SiteAbout(site.Actions is not null && settings.Token is not null, Guard.NeedsToken(context), settings.Version), SiteJson.Default.SiteAbout);

    private async Task StateAsync(HttpContext context) =>
        await context.Response.WriteAsJsonAsync(await reading.ReadAsync().ConfigureAwait(false), SiteJson.Default.SiteState).ConfigureAwait(false);

    private async Task SectorAsync(HttpContext context)
    {
        SiteSectorDetail? detail = Named(context) is { } sector ? await Task.Run(() => site.Sector(sector)).ConfigureAwait(false) : null;
        await (detail is null ? NotFoundAsync(context, "there is no such sector") : context.Response.WriteAsJsonAsync(detail, SiteJson.Default.SiteSectorDetail))
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
        if (site.Actions is not { } actions)
        {
            await Failures.TellAsync(context, StatusCodes.Status403Forbidden, "this can only be watched", "").ConfigureAwait(false);
            return;
        }

        SiteActionRequest request;
        try
        {
            request = await context.Request.ReadFromJsonAsync(SiteJson.Default.SiteActionRequest, context.RequestAborted).ConfigureAwait(false)
                ?? throw Bad("the action says nothing", "send an object");
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw Bad("what the action is about cannot be read", "send JSON as the documentation says");
        }

        Func<int>? act = Meant(actions, context.GetRouteValue("action") as string, request);
        if (act is null)
        {
            await NotFoundAsync(context, "there is no such action").ConfigureAwait(false);
            return;
        }

        int changed = await Task.Run(act).ConfigureAwait(false);
        await context.Response.WriteAsJsonAsync(new SiteChanged(changed), SiteJson.Default.SiteChanged).ConfigureAwait(false);
    }

    private static Func<int>? Meant(ISiteActions actions, string? name, SiteActionRequest request)
    {
        IReadOnlyList<SectorId> sectors = request.Sectors ?? [];
        switch (name)
        {
            case "pause":
                return () => actions.Pause(sectors, paused: true);
            case "resume":
                return () => actions.Pause(sectors, paused: false);
            case "retry":
                return () => actions.Retry(sectors);
            case "cancel":
                return sectors.Count > 0 ? () => actions.Cancel(sectors) : throw Bad("no sectors were named", "name those that are to be taken off the list");
            case "prefer":
                return sectors.Count > 0 && request.Priority is >= 0 and <= HighestPriority
                    ? () => actions.Prefer(sectors, request.Priority.Value)
                    : throw Bad("sectors or their priority are missing", $"name sectors and a priority from 0 to {HighestPriority}");
            case "drain":
                return () => actions.Drain(request.Machine);
            default:
                return null;
        }
    }
}
