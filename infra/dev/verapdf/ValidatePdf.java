import java.io.FileInputStream;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Checks PDF files with veraPDF: {@code ValidatePdf FLAVOUR[,FLAVOUR…] FILE…}, a flavour being for
 * instance 3a or ua1. Prints one line per file and flavour, and each rule that is broken; the exit
 * code is 1 if any is.
 */
public class ValidatePdf {
    public static void main(String[] arguments) throws Exception {
        Logger.getLogger("").setLevel(Level.WARNING);
        VeraGreenfieldFoundryProvider.initialise();
        boolean compliant = true;
        for (String name : arguments[0].split(",")) {
            PDFAFlavour flavour = PDFAFlavour.byFlavourId(name);
            for (int i = 1; i < arguments.length; i++) {
                compliant &= validate(arguments[i], flavour);
            }
        }
        System.exit(compliant ? 0 : 1);
    }

    private static boolean validate(String file, PDFAFlavour flavour) throws Exception {
        try (FileInputStream stream = new FileInputStream(file);
                PDFAParser parser = Foundries.defaultInstance().createParser(stream, flavour);
                PDFAValidator validator =
                        Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validate(parser);
            System.out.println((result.isCompliant() ? "passed " : "FAILED ") + flavour + " " + file);
            for (TestAssertion assertion : result.getTestAssertions()) {
                if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                    System.out.println("  " + assertion.getRuleId() + " " + assertion.getMessage());
                }
            }
            return result.isCompliant();
        }
    }
}
