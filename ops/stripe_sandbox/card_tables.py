"""Tables of Stripe's test page (docs.stripe.com/testing): cards by country, and cards that the sandbox refuses by name."""

# Number, test payment method, country and brand; each succeeds.
BY_COUNTRY = """
4242424242424242 us US visa
4000000320000021 ar AR visa
4000000760000002 br BR visa
4000001240000000 ca CA visa
4000001520000001 cl CL visa
4000001700000003 co CO visa
4000001880000005 cr CR visa
4000002180000000 ec EC visa
4000004840008001 mx MX visa
4000005910000000 pa PA visa
4000006000000066 py PY visa
4000006040000068 pe PE visa
4000008580000003 uy UY visa
4000007840000001 ae AE visa
5200007840000022 ae_mastercard AE mastercard
4000000400000008 at AT visa
4000000560000004 be BE visa
4000001000000000 bg BG visa
4000001120000005 by BY visa
4000001910000009 hr HR visa
4000001960000008 cy CY visa
4000002030000002 cz CZ visa
4000002080000001 dk DK visa
4000002330000009 ee EE visa
4000002460000001 fi FI visa
4000002500000003 fr FR visa
4000002760000016 de DE visa
4000002920000005 gi GI visa
4000003000000030 gr GR visa
4000003480000005 hu HU visa
4000003720000005 ie IE visa
4000003800000008 it IT visa
4000004280000005 lv LV visa
4000004380000004 li LI visa
4000004400000000 lt LT visa
4000004420000006 lu LU visa
4000004700000007 mt MT visa
4000005280000002 nl NL visa
4000005780000007 no NO visa
4000006160000005 pl PL visa
4000006200000007 pt PT visa
4000006420000001 ro RO visa
4000006820000007 sa SA visa
4000007050000006 si SI visa
4000007030000001 sk SK visa
4000007240000007 es ES visa
4000007520000008 se SE visa
4000007560000009 ch CH visa
4000008260000000 gb GB visa
4000058260000005 gb_debit GB visa
5555558265554449 gb_mastercard GB mastercard
4000000360000006 au AU visa
4000001560000002 cn CN visa
4000003440000004 hk HK visa
4000003560000008 in IN visa
4000003920000003 jp JP visa
4000004580000002 my MY visa
4000005540000008 nz NZ visa
4000007020000003 sg SG visa
4000001580000008 tw TW visa
4000007640000003 th_credit TH visa
4000057640000008 th_debit TH visa
"""

# Number, test payment method (where Stripe documents one) and what the card would do.
NOT_MODELLED = """
5062210000000009 - the brand Carnet
3530111333300000 - a second JCB card
6011000990139424 - a second Discover card
6011981111111113 - a Discover debit card
36227206271667 - a Diners card of 14 digits
6555900000604105 - the brand BCcard
6200000000000047 - a UnionPay debit card
6205500000000000004 - a UnionPay card of 19 digits
4000002500001001 visa_cartesBancaires co-branded cards
5555552500001001 mastercard_cartesBancaires co-branded cards
4000050360000001 visa_debit_eftposAuCoBranded co-branded cards
5555050360000080 mastercard_debit_eftposAuCoBranded co-branded cards
4000051230000072 debit_visaHsaProductCode health savings accounts
5200828282828897 mastercard_debit_mastercardFsaProductCode flexible spending accounts
4000008400000407 highFraudDisputeScore fraud dispute scores
4000008400000159 highEfwScore early fraud warning scores
4000008400001017 radarDynamicRiskThreshold dynamic risk thresholds
4000008405600003 adaptive3dsChallenge adaptive 3-D Secure
4000058400307872 cvcCheckFailElevatedRisk a failed check with elevated risk
4000058400306072 avsZipFailElevatedRisk a failed check with elevated risk
4000000404000038 createCe3EligibleDispute Visa Compelling Evidence 3.0
4000008400000779 createComplianceDispute compliance disputes
5105008400000002 createMastercardComplianceDispute compliance disputes
4000000001000043 createAutoRepresentmentEligibleDispute Smart Disputes
4000000404004816 createRapidDisputeResolutionDispute dispute prevention
4000000404005649 createCe3BlockDispute dispute prevention
5105000300000018 createEthocaAlert dispute prevention
4000000032200000 - 3-D Secure without a challenge
4000000000001208 - captchas
4000000000003725 - captchas
4000582600000094 - 3-D Secure challenges on mobile devices
4000582600000045 - 3-D Secure challenges on mobile devices
4000582600000102 - 3-D Secure challenges on mobile devices
4000582600000110 - 3-D Secure challenges on mobile devices
4001007020000002 - payments in person
4000008260000075 - payments in person
4001000360000005 - payments in person
4000002760000008 - payments in person
"""
