using Filecoin.Primitives;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Server;

/// <summary>Makes an answer of what goes wrong: {"text":"…","hint":"…"}, and of what is refused "code", by which the page words it.</summary>
/// <param name="word">How a hint is worded.</param>
/// <param name="log">Told of what nobody foresaw.</param>
internal sealed partial class Failures(Func<Hint, string> word, ILogger log)
{
    /// <summary>Refuses.</summary>
    public static Task TellAsync(HttpContext context, Refusal refusal) => TellAsync(context, refusal.Status, new SiteTrouble(refusal.Text, refusal.Hint, refusal.Code));

    /// <summary>Passes a request on.</summary>
    public async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (OperatorException failure) when (!context.Response.HasStarted)
        {
            int status = failure.Kind == FailureKind.BadInput ? StatusCodes.Status400BadRequest : StatusCodes.Status503ServiceUnavailable;
            await TellAsync(context, status, new SiteTrouble(failure.Message, word(failure.Hint))).ConfigureAwait(false);
        }
        catch (BadHttpRequestException failure) when (!context.Response.HasStarted)
        {
            await TellAsync(context, failure.StatusCode, new SiteTrouble(failure.Message, "")).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The reader went.
        }
#pragma warning disable CA1031 // Whatever it is: one answer is lost, and the server goes on.
        catch (Exception failure) when (!context.Response.HasStarted)
#pragma warning restore CA1031
        {
            Unforeseen(log, context.Request.Path, failure);
            await TellAsync(context, Refusal.Unforeseen).ConfigureAwait(false);
        }
    }

    private static Task TellAsync(HttpContext context, int status, SiteTrouble trouble)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(trouble, SiteJson.Default.SiteTrouble, cancellationToken: context.RequestAborted);
    }

    [LoggerMessage(LogLevel.Error, "answering {Path} failed")]
    private static partial void Unforeseen(ILogger log, string path, Exception failure);
}
